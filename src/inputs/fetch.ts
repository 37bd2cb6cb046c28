import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isRedacted } from "../addresses/shown.ts";
import type { InputFolders } from "./folders.ts";
import { InputError, nameOf, schemeOf } from "./input-error.ts";
import { type LocalFile, openLocalFile } from "./local.ts";
import { downloadAllowed, downloadTrusted, type RemoteBounds } from "./remote.ts";

export interface FetchBounds extends RemoteBounds {
  folders: InputFolders;
  /** where downloads are put */
  scratch: string;
  /** URLs that the service itself gave to this task: only these may point to any host */
  trusted: readonly string[];
}

/**
 * Returns a replica or an input of a task as a local file, downloading it if necessary. The caller
 * closes it. Throws `InputError`.
 */
export async function fetchInput(location: string, bounds: FetchBounds): Promise<LocalFile> {
  const scheme = schemeOf(location);
  if (scheme === undefined || scheme === "file") return openLocalFile(location, bounds.folders);
  if (scheme !== "http" && scheme !== "https" && scheme !== "s3") {
    throw new InputError(
      "forbidden",
      `${nameOf(location)} cannot be an input: inputs are absolute paths, file://, http://, ` +
        "https:// and s3:// (of the hosts in INPUT_HOSTS).",
    );
  }
  if (isRedacted(location))
    throw new InputError(
      "forbidden",
      `${nameOf(location)} cannot be read: its password, token or signature is encrypted with a ` +
        "key that SECRET_KEY no longer lists.",
    );
  await mkdir(bounds.scratch, { recursive: true });
  const path = join(bounds.scratch, "download");
  const download = bounds.trusted.includes(location) ? downloadTrusted : downloadAllowed;
  return { path, size: await download(location, path, bounds), close: async () => undefined };
}
