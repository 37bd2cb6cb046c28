import { renameSync, rmSync, writeFileSync } from "node:fs";

/** For its user's eyes alone. The file is complete and private before it gets its name. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
}
