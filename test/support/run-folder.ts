import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cleaner, startCleaner } from "./cleaner.ts";

/**
 * A folder for all that a run makes: TMPDIR names it for this process and those below. However this
 * process ends, the folder is removed then, with every process and mount of the run. The name is
 * short, since the path of a socket may have 107 bytes.
 */
export async function openRunFolder(): Promise<Pick<Cleaner, "add">> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-"));
  // As /tmp: tests start programs as other users too.
  chmodSync(folder, 0o1777);
  const cleaner = await startCleaner(folder);
  process.env.TMPDIR = folder;
  return cleaner;
}
