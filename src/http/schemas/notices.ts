import { z } from "zod";
import type { NoticeRow } from "../../notices/notices.ts";
import { noticeKinds, noticeStates } from "../../notices/state.ts";
import { cursor, limit, wholeNumber } from "./params.ts";
import { time } from "./request.ts";

export const noticeParams = z.object({
  notice: wholeNumber(Number.MAX_SAFE_INTEGER).meta({
    description: "The message's id.",
    override: { type: "integer" },
    example: 7,
  }),
});

export const noticeQuery = z.strictObject({
  state: z.enum(noticeStates).optional().meta({ description: "Only messages in this state." }),
  cursor,
  limit: limit(500, 100),
});

export const notice = z
  .object({
    id: z.number().int(),
    kind: z.enum(noticeKinds).meta({
      description:
        "signup: to Slack, somebody waits for approval. welcome, rejected, done: mail to a " +
        "person. answer: to Slack, what became of a button.",
    }),
    state: z.enum(noticeStates),
    user: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: "Who is told, or told of." }),
    request: z.string().nullable(),
    tries: z.number().int(),
    problem: z.string().nullable().meta({ description: "Why the last try did not succeed." }),
    created_at: time,
    next_try_at: time.nullable().meta({ description: "Null: it is not tried again by itself." }),
    settled_at: time.nullable(),
    may_be_sent_again: z.boolean(),
  })
  .meta({ id: "Notice" });

export const noticePage = z.object({ items: z.array(notice), next: z.string().nullable() });

export function noticeView(row: NoticeRow): z.input<typeof notice> {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    user: row.user ? { id: row.user.id, name: row.user.name ?? null } : null,
    request: row.request ?? null,
    tries: row.tries,
    problem: row.problem ?? null,
    created_at: row.createdAt.toISOString(),
    next_try_at: row.settledAt ? null : row.nextAt.toISOString(),
    settled_at: row.settledAt?.toISOString() ?? null,
    may_be_sent_again: row.mayBeSentAgain,
  };
}
