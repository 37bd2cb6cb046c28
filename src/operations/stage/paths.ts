// Which paths may be recalled. A path goes into a list of one path a line, and into arguments:
// nothing in it may become another line, an option or another path.
import type { Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";

const longestPath = 4096;

/**
 * Why this path cannot be recalled, in a sentence; undefined if it can. Looks at the text only.
 * `whose`: what has these roots.
 */
export function problemOfPath(
  path: string,
  roots: readonly string[],
  whose = "STAGE_ROOTS",
): string | undefined {
  const shown = JSON.stringify(path.slice(0, 200));
  if (!path.startsWith("/")) return `${shown} is no absolute path, so it cannot be on tape.`;
  if (/\p{Cc}/u.test(path) || !path.isWellFormed())
    return `${shown} has a control character; such a file cannot be recalled.`;
  if (Buffer.byteLength(path) > longestPath)
    return `The path ${shown}… is longer than ${longestPath} bytes.`;
  const [, ...parts] = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    return `${shown} has an empty part, "." or ".."; give the plain path.`;
  // `eeadm` takes what follows " -- " in a line as the path, and cuts blanks off its end.
  if (path.includes(" -- ") || /\s$/.test(path))
    return `${shown} has " -- " in it or a blank at its end; \`eeadm\` would take another file.`;
  if (!roots.some((root) => isBelow(path, root)))
    return `${shown} is not in a folder whose files may be recalled (${whose}).`;
  return undefined;
}

export function isBelow(path: string, root: string): boolean {
  return path.startsWith(root === "/" ? root : `${root}/`);
}

export type RealPath =
  | { path: string; bytes: number }
  | {
      problem: { class: "bad_input" | "forbidden" | "not_found" | "unavailable"; message: string };
    };

/**
 * The path without links, so that a link does not lead out of the roots. Reads no data: nothing is
 * recalled by it. Throws where the file system itself is away, which says nothing of the file.
 */
export async function realPathOf(
  path: string,
  roots: readonly string[],
  whose?: string,
): Promise<RealPath> {
  const shown = JSON.stringify(path);
  let real: string;
  let status: Stats;
  try {
    real = await realpath(path);
    status = await lstat(real);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code))
      return { problem: { class: "not_found", message: `There is no file ${shown}.` } };
    if (["EACCES", "ELOOP", "ENAMETOOLONG"].includes(code))
      return { problem: { class: "forbidden", message: `${shown} cannot be reached: ${code}.` } };
    await reachRoots(path, roots);
    return { problem: { class: "unavailable", message: `${shown} cannot be reached: ${code}.` } };
  }
  const whole = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
  const message = problemOfPath(real, whole, whose);
  if (message !== undefined) return { problem: { class: "forbidden", message } };
  if (status.isFile()) return { path: real, bytes: status.size };
  // The tape system says nothing of it, for which a file would wait.
  const kind = status.isDirectory() ? "a folder" : "no regular file";
  return { problem: { class: "bad_input", message: `${shown} is ${kind}.` } };
}

/** Throws if the roots above the path cannot be reached either. */
async function reachRoots(path: string, roots: readonly string[]): Promise<void> {
  for (const root of roots) if (isBelow(path, root)) await realpath(root);
}
