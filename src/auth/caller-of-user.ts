import { RequestError } from "../errors.ts";
import type { Caller, Signed } from "./caller.ts";
import type { UserFacts } from "./facts-store.ts";

/**
 * The one maker of callers that are people. An administrator's token without the scope `admin` is
 * that of an ordinary user. Throws 401 where there is no such person, or not any more.
 */
export function callerOfUser(user: UserFacts | undefined, how: Signed): Caller {
  if (user === undefined || user.state === "deleted")
    throw new RequestError(
      401,
      "no_user",
      "Not Authorized: No user found matching this credential. Your account may have been " +
        "deleted. Please sign in on the website again.",
    );
  if (user.state !== "approved")
    return { kind: "unapproved", owner: user.id, state: user.state, ...how };
  const isAdmin = user.admin && (how.scopes === undefined || how.scopes.includes("admin"));
  return { kind: isAdmin ? "admin" : "user", owner: user.id, ...how };
}
