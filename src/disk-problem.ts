// Errors of a file system that no file is to blame for, in plain words.

export interface DiskProblem {
  code: string;
  /** there is no room; else the file system cannot be written at all */
  isFull: boolean;
  /** what is wrong, as the end of a sentence, without a full stop */
  words: string;
}

const problems: Record<string, Omit<DiskProblem, "code">> = {
  ENOSPC: { isFull: true, words: "no space is left on the device (ENOSPC)" },
  EDQUOT: { isFull: true, words: "the disk quota is used up (EDQUOT)" },
  EROFS: { isFull: false, words: "the file system is read-only (EROFS)" },
  EIO: { isFull: false, words: "the device reports an input or output error (EIO)" },
};

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
  const problem = problems[code];
  return problem && { code, ...problem };
}
