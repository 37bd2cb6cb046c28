import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { type Attempt, readAttemptToken } from "../../requests/sidecars/attempt-token.ts";
import { byAnyKey } from "../../secrets.ts";

export {
  type Attempt,
  attemptToken,
  readAttemptToken,
} from "../../requests/sidecars/attempt-token.ts";

type Params = Record<string, string>;

/** The attempt in the address of a call; 401 if this service did not sign it. */
export function attemptOf(
  { verifyingKeys }: Deps<"verifyingKeys">,
  { token = "" }: Params,
): Attempt {
  const attempt = byAnyKey(verifyingKeys, (key) => readAttemptToken(key, token));
  if (!attempt)
    throw new RequestError(
      401,
      "bad_token",
      "The token in this address is not one of this service. Use the address of the task, whole.",
    );
  return attempt;
}

export function callerOfAttempt(ctx: Deps<"verifyingKeys">, params: Params): Caller {
  return { kind: "worker", scope: { request: attemptOf(ctx, params).request } };
}

export function notThatFile(): RequestError {
  return new RequestError(403, "bad_token", "This address does not allow a report of that file.");
}
