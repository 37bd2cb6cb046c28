import { systemProblem } from "../system-problem.ts";

/** The service refused the call; the message says what was wrong and what is allowed. */
export class ApiError extends Error {
  readonly status: number;
  /** a stable code, such as `bad_input` */
  readonly code: string;
  readonly errors: { pointer: string; detail: string }[];
  /** as the service asked for it */
  readonly retryAfterSeconds: number | undefined;
  constructor(
    status: number,
    code: string,
    detail: string,
    {
      errors = [],
      retryAfterSeconds,
    }: {
      errors?: { pointer: string; detail: string }[] | undefined;
      retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No response, half a response, or one of something that is not Longshore. */
export class UnreachableError extends Error {
  readonly url: string;
  /** of the system or of Node, such as `ECONNREFUSED` */
  readonly code: string | undefined;
  /** of the response, if there was one */
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The service gave this address for a result: it may be that of a store. */
  readonly isOfResult: boolean;
  constructor(
    url: string,
    why: string,
    {
      code,
      help,
      status,
      retryAfterSeconds,
      isOfResult = false,
    }: {
      code?: string | undefined;
      /** what is wrong and what to do, as the end of a sentence */
      help?: string | undefined;
      status?: number;
      retryAfterSeconds?: number | undefined;
      isOfResult?: boolean;
    } = {},
  ) {
    const what = isOfResult
      ? `The results at ${url} cannot be read`
      : `No Longshore service answers at ${url}`;
    super(`${what} (${why})${help === undefined ? "" : `: ${help}`}.`);
    this.name = "UnreachableError";
    this.url = url;
    this.code = code;
    this.isOfResult = isOfResult;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A result could not be read: the address that the service gave for it returned this status. */
export class StoreError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  constructor(name: string, status: number, retryAfterSeconds: number | undefined) {
    super(`The result ${JSON.stringify(name)} could not be read: the store returned ${status}.`);
    this.name = "StoreError";
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A download would mix results with those of another request, or replace a file of its user. */
export class FolderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FolderError";
  }
}

/** The service refused the call or did not answer; any other error is a fault of ours. */
export function isOfService(error: unknown): boolean {
  return error instanceof ApiError || error instanceof UnreachableError;
}

/** For what `fetch` throws, or the body of a response that breaks off. */
export function unreachable(
  url: string,
  error: unknown,
  of: { isOfResult?: boolean } = {},
): UnreachableError {
  const problem = systemProblem(error);
  const help = problem && `${problem.words}; ${problem.help}`;
  const why = problem?.code ?? reasonOf(error);
  return new UnreachableError(url, why, { code: problem?.code ?? codeOf(error), help, ...of });
}

/** `fetch` keeps the actual reason in the cause. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return codeOf(error) ?? (cause as Error | undefined)?.message ?? message;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof code === "string" ? code : undefined;
}

/** From a `Retry-After` header, of which only the form in seconds is read. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
