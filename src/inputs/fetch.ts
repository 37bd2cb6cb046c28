import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isRedacted } from "../addresses/shown.ts";
import { eitherSpelling, type InputFolders, realFolders } from "./folders.ts";
import { InputError, isOfDisk, nameOf, schemeOf } from "./input-error.ts";
import { type LocalFile, openLocalFile, openPathOf } from "./local.ts";
import {
  assertDownloadable,
  downloadAllowed,
  downloadTrusted,
  type RemoteBounds,
} from "./remote.ts";

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
  if (isLocal(location)) return openLocalFile(location, bounds.folders);
  if (isRedacted(location))
    throw new InputError(
      "forbidden",
      `${nameOf(location)} cannot be read: its password, token or signature is encrypted with a ` +
        "key that SECRET_KEY no longer lists.",
    );
  await mkdir(bounds.scratch, { recursive: true });
  const path = join(bounds.scratch, "download");
  const download = bounds.trusted.includes(location) ? downloadTrusted : downloadAllowed;
  const hash = createHash("sha256");
  const size = await download(location, path, { ...bounds, hash });
  return { path, size, sha256: hash.digest("hex"), close: async () => undefined };
}

export interface InputRules {
  /** by both spellings of each folder */
  folders: InputFolders;
  /** INPUT_HOSTS */
  hosts: readonly string[];
}

export async function inputRules(
  folders: InputFolders,
  hosts: readonly string[],
): Promise<InputRules> {
  return { folders: eitherSpelling(folders, await realFolders(folders)), hosts };
}

/** Why a location is never read, whatever is there; undefined where it may be. Reads no disk. */
export function refusalOf(location: string, { folders, hosts }: InputRules): string | undefined {
  if (isPlainlyOpen(location, folders)) return undefined;
  try {
    if (isLocal(location)) openPathOf(location, folders);
    else assertDownloadable(location, hosts);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/**
 * Whether a path is one that `openPathOf` lets through, without taking it apart: a submit may list
 * a million of them, and this takes a tenth of the time. Of other paths it says no.
 */
function isPlainlyOpen(location: string, { roots, closed }: InputFolders): boolean {
  const isIn = (folder: string) => location.startsWith(folder) && location[folder.length] === "/";
  return (
    /^(?:\/[\w-][\w.-]*)+$/.test(location) &&
    roots.some(isIn) &&
    !closed.some((folder) => location === folder || isIn(folder))
  );
}

/** Throws `InputError` for what is neither a file of this machine nor an address. */
function isLocal(location: string): boolean {
  if (isOfDisk(location)) return true;
  const scheme = schemeOf(location);
  if (scheme === "http" || scheme === "https" || scheme === "s3") return false;
  throw new InputError(
    "forbidden",
    `${nameOf(location)} cannot be an input: inputs are absolute paths, file://, http://, ` +
      "https:// and s3:// (of the hosts in INPUT_HOSTS).",
  );
}
