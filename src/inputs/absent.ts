/** Nothing is at this path, and nothing can be: it is too long, say, or has a NUL in it. */
export function isAbsent(error: unknown): boolean {
  return absentCodes.includes((error as NodeJS.ErrnoException).code ?? "");
}

const absentCodes = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"];
