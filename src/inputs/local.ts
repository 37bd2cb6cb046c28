import { constants, type Stats } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { diskProblem } from "../disk-problem.ts";
import { inWords } from "../system-problem.ts";
import { isBelow } from "./below.ts";
import { eitherSpelling, type InputFolders, isOpenPath, realFolders } from "./folders.ts";
import { InputError, schemeOf } from "./input-error.ts";
import { onDisk } from "./on-disk.ts";
import { isStub } from "./stub.ts";
import { whereTo } from "./where-to.ts";

/** A file that was checked and opened at once. */
export interface LocalFile {
  /** names the opened file itself until it is closed, whatever happens to the name it had */
  path: string;
  /** bytes */
  size: number;
  /** its data is on tape */
  isStub?: boolean;
  /** of a download, whose bytes pass through here */
  sha256?: string | undefined;
  close(): Promise<void>;
}

/**
 * Opens a regular file below one of the roots. A link that leads out of them is refused, also one
 * that is put in the file's place meanwhile: what is checked is the opened file, not its name.
 * Throws `InputError`.
 */
export async function openLocalFile(location: string, folders: InputFolders): Promise<LocalFile> {
  const real = await realFolders(folders);
  // Checked before the disk is read: callers must not learn what exists outside the roots.
  const path = openPathOf(location, eitherSpelling(folders, real));
  const { file, handle } = await openReal(path, location, real).catch(async (error) => {
    throw (await missingRoot(error, path, folders)) ?? error;
  });
  try {
    const status = await regularFile(handle, location, path);
    const opened = await openedFile(handle, file);
    if (!isOpenPath(opened.name, real)) throw notOpen(location, opened.name, real);
    const { size } = status;
    return { path: opened.path, size, isStub: isStub(status), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error instanceof InputError ? error : toInputError(error, location);
  }
}

/** The path of a location below the folders, as it is written. Throws `InputError` for others. */
export function openPathOf(location: string, folders: InputFolders): string {
  const path = plainPath(location);
  const open = composedFolders(folders);
  if (!isOpenPath(composed(path), open)) throw notOpen(location, composed(path), open);
  return path;
}

/** Of a folder in the place of a file. */
export function isFolderSentence(path: string): string {
  const folder = resolve(path);
  return (
    `${folder} is a folder, and a list has the files themselves: give the folder as the ` +
    `dataset dir://${folder}.`
  );
}

/** The error of a file below a root that is not on this machine. */
async function missingRoot(
  error: unknown,
  path: string,
  { roots }: InputFolders,
): Promise<InputError | undefined> {
  if (!(error instanceof InputError) || error.class !== "not_found") return undefined;
  const above = roots.filter((root) => isBelow(path, [resolve(root)]));
  const { roots: found } = await realFolders({ roots: above, closed: [] });
  if (found.length > 0 || above.length === 0) return undefined;
  return new InputError("not_found", `${error.message} Its folder ${above[0]} is not here.`, {
    here: true,
  });
}

async function openReal(
  path: string,
  location: string,
  real: InputFolders,
): Promise<{ file: string; handle: FileHandle }> {
  const spelled = await onDisk(path);
  try {
    const file = await realpath(spelled);
    if (!isOpenPath(file, real)) throw notOpen(location, file, real);
    // A pipe would keep an open without O_NONBLOCK waiting for its other end
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    return { file, handle: await open(file, flags) };
  } catch (error) {
    if (error instanceof InputError) throw error;
    // Nor do links tell what is in a closed folder and what is not
    const at = await whereTo(spelled);
    throw isBelow(at, real.closed) ? notOpen(location, at, real) : toInputError(error, location);
  }
}

async function regularFile(handle: FileHandle, location: string, path: string): Promise<Stats> {
  const status = await handle.stat();
  if (status.isDirectory()) throw new InputError("bad_input", isFolderSentence(path));
  if (!status.isFile()) throw new InputError("bad_input", `${location} is not a regular file.`);
  return status;
}

/**
 * The name of the opened file as the kernel knows it, and a path that opens the same file again.
 * Only Linux has both; elsewhere the file is opened by its name once more.
 */
async function openedFile(
  handle: FileHandle,
  file: string,
): Promise<{ name: string; path: string }> {
  if (process.platform !== "linux") return { name: file, path: file };
  const path = `/proc/${process.pid}/fd/${handle.fd}`;
  return { name: await readlink(path), path };
}

/** Accented letters have two encodings; names that look equal are equal here. */
function composed(path: string): string {
  return path.normalize("NFC");
}

function composedFolders({ roots, closed, barred }: InputFolders): InputFolders {
  return {
    roots: roots.map(composed),
    closed: closed.map(composed),
    ...(barred && { barred: barred.map(composed) }),
  };
}

function plainPath(location: string): string {
  if (location.includes("\0"))
    throw new InputError("bad_input", "The path contains a NUL character.");
  const path = schemeOf(location) === "file" ? pathOfUrl(location) : location;
  if (!isAbsolute(path)) {
    const tilde = path.startsWith("~") ? " Only a shell knows what ~ stands for." : "";
    throw new InputError("bad_input", `${location} is not an absolute path.${tilde}`);
  }
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

/** `path`: what `location` leads to. No worker reads for this person what is barred to them. */
function notOpen(location: string, path: string, { barred = [] }: InputFolders): InputError {
  if (!isBelow(path, barred)) return outside(location);
  return new InputError("forbidden", `${location} is for members of a group alone.`);
}

/** Does not print the roots: whoever may name a file need not know the machine's folders. */
function outside(location: string): InputError {
  return new InputError(
    "forbidden",
    `${location} is not below a folder that may be read (INPUT_ROOTS).`,
    { here: true },
  );
}

function toInputError(error: unknown, location: string): InputError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR")
    return new InputError("not_found", `There is no file ${location}.`);
  if (code === "EACCES" || code === "EPERM")
    return new InputError(
      "forbidden",
      `${location} may not be read by the user ${process.getuid?.()} (${code}).`,
      { here: true },
    );
  // Opened without its link being followed: the name became a link after it was resolved
  if (code === "ELOOP") return outside(location);
  // A socket, or a pipe or device without its other end
  if (code === "ENXIO") return new InputError("bad_input", `${location} is not a regular file.`);
  const why = diskProblem(error)?.words ?? inWords(error);
  return new InputError("unavailable", `${location} could not be read: ${why}.`);
}
