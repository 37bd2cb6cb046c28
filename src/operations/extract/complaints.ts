const longest = 1000;

/** The lines in which the tools say what is wrong; HDF5 prints many others, cdo only warnings. */
const telling = [
  /^cdo(?:\(\d+\))?\s+\w+\s*\(Abort\):/,
  /: Open failed on/,
  /^(?:\S*\/)?ncks: ERROR/,
  /^ERROR/,
  /^\s+(?:Unsupported file type|File is empty|No such file|NetCDF: |HDF error)/,
];

/**
 * Of a tool's standard error what tells a user why; with the user's names of files in the place of
 * ours.
 */
export function complaintOf(text: string, names: ReadonlyMap<string, string>): string {
  const lines = text.split("\n").filter((line) => telling.some((one) => one.test(line)));
  let told = lines
    .map((line) =>
      line
        .trim()
        .replace(/\s+/g, " ")
        .replace(/^\S*\/ncks:/, "ncks:"),
    )
    .join(" ");
  for (const [ours, theirs] of names) told = told.replaceAll(ours, theirs);
  return told.slice(0, longest);
}
