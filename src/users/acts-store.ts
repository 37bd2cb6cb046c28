import type { Caller } from "../auth/caller.ts";
import type { PeopleTx } from "../db/people.ts";

/** `system`: the command line on this machine, a link, a service such as Slack. */
export type Actor = Caller | { kind: "system"; name: string };

export interface Act {
  act:
    | "token.create"
    | "token.replace"
    | "token.revoke"
    | "user.create"
    | "user.approve"
    | "user.reject"
    | "user.admin"
    | "notice.again";
  /** the id of what it was done to */
  subject: string;
  detail?: Record<string, string | number | boolean | readonly string[] | null>;
}

/** In the transaction of what was done: neither is there without the other. */
export async function recordAct(db: PeopleTx, by: Actor, act: Act): Promise<void> {
  await db.acts.create({
    data: {
      actor: actorName(by),
      actor_kind: by.kind,
      act: act.act,
      subject: act.subject,
      detail: { ...act.detail },
    },
  });
}

function actorName(by: Actor): string {
  if ("owner" in by && by.owner !== undefined) return by.owner;
  return "name" in by ? by.name : by.kind;
}
