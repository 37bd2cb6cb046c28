import { RequestError, retryAfter, UnavailableError } from "../../errors.ts";
import type { Reply } from "../route.ts";

/** RFC 6749, section 5.2. */
export function oauthErrorReply(error: unknown, requestId: string): Reply {
  if (error instanceof RequestError)
    return reply(error.status, error.code, error.message, retryAfter(error));
  if (error instanceof UnavailableError)
    return reply(error.status, "temporarily_unavailable", error.message, retryAfter(error));
  const sentence = `The service failed at this; its log has the reason under ${requestId}.`;
  return reply(500, "server_error", sentence);
}

function reply(
  status: number,
  error: string,
  sentence: string,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: { "cache-control": "no-store", ...headers },
    body: { error, error_description: plain(sentence) },
  };
}

/** The characters that a description may have. */
function plain(sentence: string): string {
  return sentence.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, "?");
}

export function invalidRequest(sentence: string): RequestError {
  return new RequestError(400, "invalid_request", sentence);
}
