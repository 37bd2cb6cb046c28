// What a person is told when the provider of sign-in does not do its part.
import type * as openid from "openid-client";
import { RequestError, UnavailableError } from "../../errors.ts";

/** An error at the end of a sign-in. What is its caller's is returned as it is. */
export function providerProblem(
  { ResponseBodyError }: typeof openid,
  host: string,
  error: unknown,
): Error {
  if (error instanceof RequestError || error instanceof UnavailableError) return error;
  if (error instanceof ResponseBodyError && error.error === "invalid_grant")
    return new RequestError(
      400,
      "sign_in_ended",
      `${host} no longer knows this sign-in: it took too long, or was finished already. Sign in ` +
        "again.",
    );
  if (isOfToken(error))
    return new RequestError(
      400,
      "bad_sign_in",
      `What ${host} answered is not for this sign-in, so nobody was signed in. Sign in again; if ` +
        "that does not help, tell the administrators of this service.",
    );
  return providerAway(host, error);
}

export function providerAway(host: string, error: unknown): UnavailableError {
  return new UnavailableError(
    `${host}, where people of this service sign in, does not answer as it should. Try again in ` +
      "some minutes. API tokens go on working meanwhile.",
    60,
    { cause: new Error(wordsOf(error)) },
  );
}

/** For the log: what failed, and why, without what was sent or answered. */
export function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let one = error; one instanceof Error && words.length < 5; one = one.cause) {
    const code = "code" in one ? ` (${String(one.code)})` : "";
    words.push(`${one.message}${code}`);
  }
  return words.join(": ").slice(0, 1_000);
}

/** An id token, or an answer, that was made for somebody or something else. */
const ofToken = new Set([
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_KEY_SELECTION_FAILED",
  "OAUTH_UNSUPPORTED_OPERATION",
]);

function isOfToken(error: unknown): boolean {
  return error instanceof Error && "code" in error && ofToken.has(String(error.code));
}
