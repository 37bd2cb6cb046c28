import type { Deps } from "../deps.ts";
import { arrive } from "../users/accounts.ts";
import type { UserState } from "../users/state.ts";
import type { SignedIn } from "./oidc/identities.ts";
import { addSession, removeSession } from "./session-store.ts";
import { newSession } from "./sessions.ts";

/**
 * Signs a person in. The browser's session of before ends in the same transaction: an id that
 * somebody else may know never becomes that of a person.
 */
export async function signIn(
  ctx: Deps<"config" | "people">,
  who: SignedIn,
  before: string | undefined,
): Promise<{ cookie: string; state: UserState }> {
  const { config, people } = ctx;
  const { account, cookie, left } = await people.write(async (db) => {
    const account = await arrive(db, who, config.identity?.adminEmail);
    const { issuer, subject } = who;
    const { cookie, session } = newSession(ctx, { user: account.id, issuer, subject });
    const left = before === undefined ? undefined : await removeSession(db, before);
    await addSession(db, session);
    return { account, cookie, left };
  });
  people.changed(account.id);
  if (left !== undefined && left !== account.id) people.changed(left);
  return { cookie, state: account.state };
}
