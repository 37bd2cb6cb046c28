import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * npm links the command of a package where it installs the package, not in its clone. npx looks in
 * this folder. The link is replaced, so that it is never absent.
 */
export function linkForNpx(root) {
  const folder = join(root, "node_modules", ".bin");
  const draft = join(folder, `.longshore-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  rmSync(draft, { force: true });
  symlinkSync("../../bin/longshore.js", draft);
  renameSync(draft, join(folder, "longshore"));
}
