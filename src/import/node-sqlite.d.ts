/** What is used of it: the types of Node.js 20, which is the oldest that runs this, have it not. */
declare module "node:sqlite" {
  export class DatabaseSync {
    constructor(path: string, options: { readOnly: boolean });
    prepare(text: string): { all(...params: (string | number)[]): unknown[] };
    close(): void;
  }
}
