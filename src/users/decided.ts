import { notFound, RequestError } from "../errors.ts";
import type { Decided, Decision } from "./decide-store.ts";
import { userMoves } from "./state.ts";

/** Throws 404 where there is no such account, 409 where the decision cannot be made about it. */
export function requireDecided(found: Decided | undefined, id: string, move: Decision): Decided {
  if (!found || found.account.state === userMoves.remove.to) throw notFound("account", id);
  const { changed, account } = found;
  if (changed || account.state === userMoves[move].to) return found;
  throw new RequestError(409, "wrong_state", `The account is ${account.state}: ${instead[move]}.`);
}

const instead: Record<Decision, string> = {
  approve: "restore it instead",
  reject: "only one that waits for approval can be rejected",
  suspend: "only an approved one can be suspended",
  restore: "only a suspended one can be restored",
};
