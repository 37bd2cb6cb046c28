/** Pages whose commands are typed as they are written, for two walks beside each other. */
export const userPages = ["own-data", "notebook", "typescript", "s3-readers"].map(pathOf);
export const operatorPages = ["files", "several-processes", "remote-workers", "servicex"].map(
  pathOf,
);

function pathOf(name: string): string {
  return `doc/${name}.md`;
}
