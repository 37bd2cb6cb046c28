import type { IncomingHttpHeaders } from "node:http";
import { statusShape } from "./shapes.ts";

/** The API answered something else than success. */
export class ApiError extends Error {
  readonly status: number;
  /** as the API has it, such as `NotFound` or `Expired`; "" where it says none */
  readonly reason: string;
  /** how long it wants no call */
  readonly retrySeconds: number | undefined;

  constructor(
    status: number,
    { message, reason, retrySeconds }: { message: string; reason: string; retrySeconds?: number },
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retrySeconds = retrySeconds;
  }
}

const mostCharacters = 1000;

/** The body is an object of kind Status, or a text of something between here and the API. */
export function apiError(status: number, headers: IncomingHttpHeaders, body: string): ApiError {
  const said = statusShape.safeParse(parsed(body)).data;
  const text = said ? said.message : body.trim();
  const message = text || `It answered with the status ${status}.`;
  const retrySeconds = secondsOf(headers["retry-after"]) ?? said?.details?.retryAfterSeconds;
  return errorOf(status, message, said?.reason ?? "", retrySeconds);
}

/** The same where it comes as an event of a watch. */
export function apiErrorOfStatus(object: unknown): ApiError {
  const said = statusShape.safeParse(object).data;
  const message = said?.message || "the watch ended with an error";
  return errorOf(said?.code ?? 500, message, said?.reason ?? "", said?.details?.retryAfterSeconds);
}

function errorOf(
  status: number,
  message: string,
  reason: string,
  retrySeconds: number | undefined,
): ApiError {
  return new ApiError(status, {
    message: message.slice(0, mostCharacters),
    reason,
    ...(retrySeconds !== undefined && { retrySeconds }),
  });
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** `Retry-After` is a number of seconds, or a date. */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
