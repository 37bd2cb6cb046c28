import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of a test's own; as root, the account that Postgres runs as may pass through it. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `longshore-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}
