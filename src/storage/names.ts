import { createHash } from "node:crypto";
import { RequestError } from "../errors.ts";

/** bytes, as S3 has it */
const longestName = 1024;
/** bytes of a file's name; file systems take 255, some encrypting ones less */
const longestFileName = 200;

export function checkBucket(bucket: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/i.test(bucket) && !bucket.includes("..")) return;
  throw new RequestError(
    400,
    "bad_name",
    `${shown(bucket)} is not a bucket name: use at most 63 letters, digits, ".", "_" and "-".`,
  );
}

export function checkName(name: string): void {
  const problem = problemOf(name);
  if (problem)
    throw new RequestError(400, "bad_name", `${shown(name)} is not an object name: ${problem}.`);
}

export function isName(name: string): boolean {
  return problemOf(name) === undefined;
}

function problemOf(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.includes("\0")) return "it has a NUL character";
  const bytes = Buffer.from(name);
  if (bytes.length > longestName)
    return `it has ${bytes.length} bytes; at most ${longestName} are allowed`;
  if (bytes.toString() !== name) return "it is not Unicode text";
  if (name.split("/").some((part) => part === "" || part === "." || part === ".."))
    return 'it has a part that is empty, "." or ".."';
  return undefined;
}

/**
 * One flat file name per object, readable in most cases. What a file cannot be called is
 * percent-encoded (a leading dot too, so that `.meta` is never an object); a name too long for a
 * file becomes its hash, and its record has the name in full.
 */
export function fileNameOf(name: string): string {
  const encoded = name.replace(
    awkward,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  if (Buffer.byteLength(encoded) <= longestFileName) return encoded;
  return `${hashedMark}${createHash("sha256").update(name).digest("hex")}`;
}

/** Undefined for a hashed one, whose name stands in its record. */
export function nameOf(fileName: string): string | undefined {
  return fileName.startsWith(hashedMark)
    ? undefined
    : fileName.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
}

const awkward = /^\.|[%/\p{Cc}]/gu;
/** "%" itself is always encoded as "%25", so nothing else begins so. */
const hashedMark = "%~";

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
