import { STATUS_CODES } from "node:http";
import { type FieldError, RequestError, retryAfter, UnavailableError } from "../errors.ts";
import type { Reply } from "./route.ts";

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors: FieldError[];
}

/**
 * RFC 9457. A failure of the service is answered without its cause; the log has it under the
 * request's id.
 */
export function problemReply(error: unknown, instance: string, requestId: string): Reply {
  if (error instanceof RequestError)
    return reply(
      error.status,
      error.code,
      error.message,
      instance,
      error.errors,
      error.status === 401 ? { "www-authenticate": "Bearer" } : retryAfter(error),
    );
  if (error instanceof UnavailableError) {
    const code = error.status === 507 ? "no_room" : "unavailable";
    return reply(error.status, code, error.message, instance, [], retryAfter(error));
  }
  return reply(
    500,
    "internal",
    `The service failed at this; its log has the reason under ${requestId}.`,
    instance,
  );
}

function reply(
  status: number,
  code: string,
  detail: string,
  instance: string,
  errors: FieldError[] = [],
  headers: Record<string, string> = {},
): Reply {
  const problem: Problem = {
    type: `urn:longshore:problem:${code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail,
    instance,
    errors,
  };
  return {
    status,
    body: problem,
    headers: { "content-type": "application/problem+json; charset=utf-8", ...headers },
  };
}
