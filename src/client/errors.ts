/** The service answered no; `detail` says what was wrong and what is allowed. */
export class ApiError extends Error {
  readonly status: number;
  /** a word that stays, such as `bad_input` */
  readonly code: string;
  readonly errors: { pointer: string; detail: string }[];
  constructor(
    status: number,
    code: string,
    detail: string,
    errors: { pointer: string; detail: string }[] = [],
  ) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** Nothing answered at that address, or what answered is not Longshore. */
export class UnreachableError extends Error {
  readonly url: string;
  constructor(url: string, why: string) {
    super(`No Longshore service answers at ${url} (${why}).`);
    this.name = "NotReachable";
    this.url = url;
  }
}

/** What a failed fetch hides in its causes. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : ((cause as Error | undefined)?.message ?? message);
}
