// Errors have a stable code, a sentence for the caller, and say whether trying again can help.

export interface FieldError {
  /** JSON pointer into the body, or the parameter's name */
  pointer: string;
  detail: string;
}

/** An error of the caller: answered with its status and sentence, never logged as an error. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  constructor(status: number, code: string, message: string, errors: FieldError[] = []) {
    super(message);
    this.name = "RequestError";
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** The caller's share of the service is used up; for how long, if that is known. */
export class TooManyError extends RequestError {
  readonly retryAfterSeconds: number | undefined;
  constructor(code: string, message: string, retryAfterSeconds?: number) {
    super(429, code, message);
    this.name = "TooManyError";
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The header that says when the same call is worth another try, if that is known. */
export function retryAfter(error: unknown): Record<string, string> {
  const { retryAfterSeconds } = error as Partial<TooManyError | UnavailableError>;
  return retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
}

export function notFound(what: string, id: string): RequestError {
  return new RequestError(404, "not_found", `There is no ${what} ${JSON.stringify(id)}.`);
}

/** Something that the service needs is unavailable: 503 with Retry-After. */
export class UnavailableError extends Error {
  readonly retryAfterSeconds: number;
  /** 507: a store has no room */
  readonly status: 503 | 507;
  constructor(
    message: string,
    retryAfterSeconds = 2,
    { status = 503, ...options }: ErrorOptions & { status?: 503 | 507 } = {},
  ) {
    super(message, options);
    this.name = "UnavailableError";
    this.retryAfterSeconds = retryAfterSeconds;
    this.status = status;
  }
}
