import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Caller } from "../caller.ts";
import { callerOfUser } from "../caller-of-user.ts";

/**
 * The person who sends this access token. It ends with its API token, and with a change of its
 * person's account: both are looked up at each call.
 */
export async function callerOfToken(
  { tokenKeys, userCache }: Deps<"tokenKeys" | "userCache">,
  text: string,
): Promise<Caller> {
  const { sub, tid } = await tokenKeys.verify("access", text);
  const token = tid === undefined ? undefined : await userCache.token(tid);
  const how = { by: "token", scopes: token?.scopes, token: token?.id } as const;
  // Who was deleted has no token any more, and is told which of the two it is.
  const caller = callerOfUser(await userCache.user(sub), how);
  const ended = token?.expiresAt !== undefined && token.expiresAt.getTime() < Date.now();
  if (!token || token.revoked || ended || token.user !== sub)
    throw new RequestError(
      401,
      "revoked_token",
      "The API token of this access token was revoked, replaced, or has expired: make another " +
        "one on the website.",
    );
  return caller;
}
