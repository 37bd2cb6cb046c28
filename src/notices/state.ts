// What people are told of, and the states of such a message.
import type { Move } from "../moves.ts";

export const noticeKinds = ["signup", "welcome", "rejected", "done", "answer"] as const;
/**
 * `signup`: to Slack, somebody waits for approval. `welcome`, `rejected`, `done`: mail to a person
 * about their account, or a request of theirs that has ended. `answer`: to Slack, what became of a
 * button that somebody pressed.
 */
export type NoticeKind = (typeof noticeKinds)[number];

export const noticeStates = ["waiting", "sent", "failed"] as const;
export type NoticeState = (typeof noticeStates)[number];

export const noticeMoves = {
  add: { from: [], to: "waiting", why: "something has happened that somebody is told of" },
  send: { from: ["waiting"], to: "sent", why: "the other service has taken it" },
  fail: { from: ["waiting"], to: "failed", why: "it cannot be sent, or was tried too often" },
  again: { from: ["failed"], to: "waiting", why: "an administrator has it sent again" },
} as const satisfies Record<string, Move<NoticeState>>;
