/** Where an object is in the file system. */
export interface Place {
  root: string;
  folder: string;
  path: string;
  record: string;
  name: string;
}
