import type { Deps } from "../deps.ts";
import { UnavailableError } from "../errors.ts";
import {
  type DueNotice,
  dueNotices,
  postponeNotice,
  settleNotice,
  takeNotice,
} from "./notice-store.ts";
import { nextTry, type Outcome } from "./outcome.ts";
import { type SendDeps, send } from "./send.ts";
import type { NoticeKind } from "./state.ts";

export { noticesChannel } from "./enqueue.ts";

type DeliverDeps = SendDeps & Deps<"clock" | "log">;

const page = 20;
/** Longer than a try takes. After a crash in between, it is tried again, and may arrive twice. */
const turnSeconds = 60;
const kindsFor = {
  slack: ["answer", "signup"],
  mail: ["welcome", "rejected", "done"],
} as const satisfies Record<string, readonly NoticeKind[]>;

export type Sender = keyof typeof kindsFor;
export const senders = Object.keys(kindsFor) as Sender[];

/** How often the leader looks for what is due. */
export const noticeSeconds = 10;

/**
 * Sends what is due to one of the services: each is served by itself, so that what one of them
 * refuses, or is slow to take, delays nothing that goes to the other. To be called by one process
 * at a time, though two would do no harm.
 */
export async function deliverNotices(
  ctx: DeliverDeps,
  sender: Sender,
  signal: AbortSignal,
): Promise<void> {
  const kinds = kindsFor[sender];
  while (!signal.aborted) {
    const due = await ctx.people.read((db) => dueNotices(db, kinds, ctx.clock.now(), page));
    for (const notice of due) {
      if (signal.aborted) return;
      // Others would be refused too.
      if ((await deliver(ctx, notice)) === "slow down") return;
    }
    if (due.length < page) return;
  }
}

async function deliver(ctx: DeliverDeps, due: DueNotice): Promise<"slow down" | undefined> {
  const until = new Date(ctx.clock.now().getTime() + turnSeconds * 1_000);
  if (!(await ctx.people.write((db) => takeNotice(db, due, until)))) return undefined;
  const notice = { ...due, tries: due.tries + 1 };
  const outcome = await attempt(ctx, notice);
  await record(ctx, notice, outcome);
  return outcome !== "sent" && outcome.afterSeconds !== undefined ? "slow down" : undefined;
}

async function attempt(ctx: DeliverDeps, notice: DueNotice): Promise<Outcome> {
  try {
    return await send(ctx, notice);
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    ctx.log.error({ err: error, notice: String(notice.id) }, "a message could not be made");
    return { problem: "The service failed at it; its log has the reason.", again: "later" };
  }
}

async function record(ctx: DeliverDeps, notice: DueNotice, outcome: Outcome): Promise<void> {
  const now = ctx.clock.now();
  if (outcome === "sent") {
    await ctx.people.write((db) => settleNotice(db, notice, "send", { problem: null, now }));
    return;
  }
  const { problem } = outcome;
  const nextAt = nextTry(notice, outcome, now);
  const line = { notice: String(notice.id), kind: notice.kind, tries: notice.tries, problem };
  if (nextAt === undefined) {
    ctx.log.warn(line, "a message was not sent; an administrator may have it sent again");
    await ctx.people.write((db) => settleNotice(db, notice, "fail", { problem, now }));
  } else {
    ctx.log.info({ ...line, nextAt }, "a message was not sent; it is tried again");
    await ctx.people.write((db) => postponeNotice(db, notice, { problem, nextAt }));
  }
}
