// Files on the disk of the client.
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { isAbsent } from "../inputs/absent.ts";
import { systemProblem } from "../system-problem.ts";

/** Undefined if there is nothing at this path. */
export async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

/**
 * One by one: where a file system is read-only, Node's recursive `mkdir` says that the folder does
 * not exist.
 */
export async function makeFolders(path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = resolve(path); !(await statOf(folder)); folder = dirname(folder))
    missing.unshift(folder);
  // Of a file that is there, the system says so.
  if (missing.length === 0 && !(await stat(path)).isDirectory()) await mkdir(path);
  for (const folder of missing)
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      // Another download may make it at the same time.
      if (error.code !== "EEXIST") throw error;
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

/** What is wrong and what to do, as the end of a sentence; undefined if unknown. */
export function adviceFor(error: unknown): string | undefined {
  const problem = systemProblem(error);
  return problem && `${problem.words}; ${problem.help}`;
}
