// Files on the disk of the client.
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { diskProblem } from "../disk-problem.ts";
import { isAbsent } from "../inputs/absent.ts";

/** Undefined if there is nothing at this path. */
export async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

/** SHA-256, in hexadecimal. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** A sentence with the reason and what to do. */
export function unreadable(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = adviceFor(error);
  return `${path} cannot be read (${code ?? message})${advice ? `: ${advice}` : ""}.`;
}

/** What is wrong with a path and what to do, as the end of a sentence; undefined if unknown. */
export function adviceFor(error: unknown): string | undefined {
  return advice[(error as NodeJS.ErrnoException).code ?? ""] ?? diskProblem(error)?.words;
}

const permissions = "you have no permission; check its owner and mode, and those of its folders";
const advice: Record<string, string> = {
  ENOENT: "it does not exist; check the path",
  ENOTDIR: "what should be a folder in its path is a file; check the path",
  EISDIR: "it is a folder; give a file",
  EEXIST: "a file of this name is there already; give another path",
  ELOOP: "its links lead in a circle; give another path",
  ENAMETOOLONG: "its name is too long for this disk; give a shorter one",
  EACCES: permissions,
  EPERM: permissions,
  EMFILE: "too many files are open; raise the limit with `ulimit -n`",
  ENOSPC: "the disk is full; make room",
  EDQUOT: "your quota of the disk is used up; make room",
  EROFS: "the disk is read-only; give a path on another",
};
