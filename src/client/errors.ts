/** The service refused the call; the message says what was wrong and what is allowed. */
export class ApiError extends Error {
  readonly status: number;
  /** a stable code, such as `bad_input` */
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

/** No answer from that address, or from something that is not Longshore. */
export class UnreachableError extends Error {
  readonly url: string;
  constructor(url: string, why: string) {
    super(`No Longshore service answers at ${url} (${why}).`);
    this.name = "UnreachableError";
    this.url = url;
  }
}

/** `fetch` keeps the actual reason in the cause. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : ((cause as Error | undefined)?.message ?? message);
}
