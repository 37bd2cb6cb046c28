import { RequestError, retryAfter, UnavailableError } from "../../errors.ts";
import type { Reply } from "../../http/route.ts";

/**
 * ServiceX's clients read the key `message`. What passes by itself is 503: they retry that, and
 * give up at a 500.
 */
export function messageReply(error: unknown, requestId: string): Reply {
  if (error instanceof RequestError)
    return {
      status: error.status,
      body: { message: error.message },
      headers: retryAfter(error),
    };
  if (error instanceof UnavailableError) {
    return {
      status: 503,
      body: { message: error.message },
      headers: retryAfter(error),
    };
  }
  return {
    status: 500,
    body: { message: `The service failed at this; its log has the reason under ${requestId}.` },
  };
}

export function badRequest(message: string): RequestError {
  return new RequestError(400, "bad_request", message);
}

export function noTransformation(id: string): RequestError {
  return new RequestError(
    404,
    "not_found",
    `Transformation request not found with id: ${shown(id)}`,
  );
}

export function noDataset(id: string): RequestError {
  return new RequestError(404, "not_found", `Dataset ${shown(id)} not found`);
}

export function isNotFound(error: unknown): boolean {
  return error instanceof RequestError && error.status === 404;
}

/** What somebody sent, within a sentence. */
export function shown(id: string): string {
  return JSON.stringify(id.slice(0, 100)).slice(1, -1);
}
