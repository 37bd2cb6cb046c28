import { realpath, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isBelow, realRoots } from "./below.ts";
import { InputError, schemeOf } from "./input-error.ts";
import { onDisk } from "./on-disk.ts";

/** The real path of a regular file below one of the roots. Links that lead out are refused. */
export async function localPathOf(location: string, roots: readonly string[]): Promise<string> {
  const path = plainPath(location);
  const real = await realRoots(roots);
  // Checked before the disk is read: callers must not learn what exists outside the roots.
  const allowed = [...roots.map((root) => resolve(root)), ...real].map(composed);
  if (!isBelow(composed(path), allowed)) throw outside(location, roots);
  const file = await realpath(await onDisk(path)).catch((error: NodeJS.ErrnoException) => {
    throw toInputError(error, location);
  });
  if (!isBelow(file, real)) throw outside(location, roots);
  if (!(await stat(file)).isFile())
    throw new InputError("bad_input", `${location} is not a regular file.`);
  return file;
}

/** Letters with accents have two spellings; what looks like one name is one name here. */
function composed(path: string): string {
  return path.normalize("NFC");
}

function plainPath(location: string): string {
  if (location.includes("\0"))
    throw new InputError("bad_input", "The path contains a NUL character.");
  const path = schemeOf(location) === "file" ? pathOfUrl(location) : location;
  if (!isAbsolute(path)) throw new InputError("bad_input", `${location} is not an absolute path.`);
  return resolve(path);
}

function pathOfUrl(location: string): string {
  try {
    return fileURLToPath(location);
  } catch {
    throw new InputError(
      "bad_input",
      `${location} does not name a file of this machine; expected is file:///an/absolute/path.`,
    );
  }
}

function outside(location: string, roots: readonly string[]): InputError {
  return new InputError(
    "forbidden",
    `${location} is not below a folder that may be read (INPUT_ROOTS: ` +
      `${roots.join(", ") || "none"}).`,
  );
}

function toInputError(error: NodeJS.ErrnoException, location: string): InputError {
  if (error.code === "ENOENT" || error.code === "ENOTDIR")
    return new InputError("not_found", `There is no file ${location}.`);
  if (error.code === "EACCES" || error.code === "EPERM")
    return new InputError("forbidden", `The service may not read ${location}.`);
  return new InputError("unavailable", `${location} could not be read (${error.code}).`);
}
