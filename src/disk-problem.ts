// Errors of a file system that no file is to blame for, in plain words.
import { ofDevices } from "./system-problem.ts";

export interface DiskProblem {
  code: string;
  /** there is no room; else the file system cannot be written at all */
  isFull: boolean;
  /** what is wrong, as the end of a sentence, without a full stop */
  words: string;
}

const full = ["ENOSPC", "EDQUOT"];

/** The system's own sentences, as other programs quote them, and ours. */
const sentences: [pattern: RegExp, code: string][] = [
  [/No space left on device|\(ENOSPC\)/i, "ENOSPC"],
  [/Disk quota exceeded|\(EDQUOT\)/i, "EDQUOT"],
  [/Read-only file system|\(EROFS\)/i, "EROFS"],
  [/Input\/output error|\(EIO\)/i, "EIO"],
];

/** Undefined for any other error. */
export function diskProblem(error: unknown): DiskProblem | undefined {
  return problemOf(String((error as NodeJS.ErrnoException | null)?.code ?? ""));
}

/** The same for the text of an error of another program. */
export function diskProblemIn(text: string): DiskProblem | undefined {
  return problemOf(sentences.find(([pattern]) => pattern.test(text))?.[1] ?? "");
}

function problemOf(code: string): DiskProblem | undefined {
  const known = Object.hasOwn(ofDevices, code) ? ofDevices[code] : undefined;
  return known && { code, isFull: full.includes(code), words: `${known[0]} (${code})` };
}
