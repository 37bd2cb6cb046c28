import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { type Actor, recordAct } from "./acts.ts";
import { keepingAnAdmin, setAdmin } from "./admin-store.ts";
import { refuseOwn } from "./own-account.ts";
import { findPerson, type PersonRow } from "./people-store.ts";
import { assertMay } from "./policy.ts";
import { userMoves } from "./state.ts";

/** Makes an approved person an administrator, or a user again. Twice is once. */
export async function changeAdmin(
  ctx: Deps<"people">,
  by: Actor,
  id: string,
  admin: boolean,
): Promise<PersonRow> {
  if (by.kind !== "system") assertMay(by, "user.change");
  if (!admin) refuseOwn(by, id);
  const person = await ctx.people.write((db) =>
    keepingAnAdmin(db, async () => {
      const changed = await setAdmin(db, id, admin);
      const act = admin ? "user.admin" : "user.no_admin";
      if (changed) await recordAct(db, by, { act, subject: id });
      return findPerson(db, id);
    }),
  );
  if (!person || person.state === userMoves.remove.to) throw notFound("account", id);
  if (person.admin !== admin)
    throw new RequestError(
      409,
      "wrong_state",
      `The account is ${person.state}: only an approved one can be an administrator's.`,
    );
  ctx.people.changed(id);
  return person;
}
