import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, nameOf, schemeOf } from "./input-error.ts";
import { localPathOf } from "./local.ts";
import { downloadAllowed, downloadTrusted, type RemoteBounds } from "./remote.ts";

export interface FetchBounds extends RemoteBounds {
  roots: readonly string[];
  /** where downloads are put */
  scratch: string;
  /** URLs that the service itself gave to this task: only these may point to any host */
  trusted: readonly string[];
}

/**
 * Returns a replica or an input of a task as a local file, downloading it if necessary. Throws
 * `InputError`.
 */
export async function fetchInput(
  location: string,
  bounds: FetchBounds,
): Promise<{ path: string; size: number }> {
  const scheme = schemeOf(location);
  if (scheme === undefined || scheme === "file") {
    const path = await localPathOf(location, bounds.roots);
    return { path, size: (await stat(path)).size };
  }
  if (scheme !== "http" && scheme !== "https" && scheme !== "s3") {
    throw new InputError(
      "forbidden",
      `${nameOf(location)} cannot be an input: inputs are absolute paths, file://, http://, ` +
        "https:// and s3:// (of the hosts in INPUT_HOSTS).",
    );
  }
  await mkdir(bounds.scratch, { recursive: true });
  const path = join(bounds.scratch, "download");
  const download = bounds.trusted.includes(location) ? downloadTrusted : downloadAllowed;
  return { path, size: await download(location, path, bounds) };
}
