// What administrators see of messages, and that they have a failed one sent again.
import type { Caller } from "../auth/caller.ts";
import { type NumberPage, numberBefore, numberPage } from "../cursor.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { recordAct } from "../users/acts.ts";
import { assertMay } from "../users/policy.ts";
import { noticesChannel } from "./enqueue.ts";
import { type NoticeRow, noticeRows, noticeState, sendAgain } from "./notice-store.ts";
import type { NoticeState } from "./state.ts";

export type { NoticeRow } from "./notice-store.ts";

/** The newest first. */
export async function listNotices(
  { people }: Deps<"people">,
  caller: Caller,
  wanted: { state?: NoticeState | undefined; cursor?: string | undefined; limit: number },
): Promise<NumberPage<NoticeRow>> {
  assertMay(caller, "notice.read");
  const { state, cursor, limit } = wanted;
  const place = { ...numberBefore(cursor), limit: limit + 1 };
  const rows = await people.read((db) => noticeRows(db, { state, ...place }));
  return numberPage(rows, limit, ({ id }) => id);
}

/** It is tried from the beginning, as often as a new one. */
export async function sendNoticeAgain(
  ctx: Deps<"people" | "notifier" | "clock">,
  caller: Caller,
  id: number,
): Promise<void> {
  assertMay(caller, "notice.change");
  await ctx.people.write(async (db) => {
    if (await sendAgain(db, BigInt(id), ctx.clock.now()))
      return recordAct(db, caller, { act: "notice.again", subject: String(id) });
    const state = await noticeState(db, BigInt(id));
    if (state === undefined) throw notFound("notice", String(id));
    throw new RequestError(
      409,
      "not_failed",
      state === "failed"
        ? "An answer to Slack cannot be sent again: Slack takes it for half an hour only."
        : `The message is ${state}: only one that has failed can be sent again.`,
    );
  });
  ctx.notifier.notify(noticesChannel);
}
