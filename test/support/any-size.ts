import type { AnswerBytes } from "../../src/requests/dispatch/answer-room.ts";

/** For tests that start files without making an answer of them: any number of waiters up to ten. */
export const anySize: AnswerBytes = {
  ofWaiters: Array.from({ length: 10 }, () => Number.MAX_SAFE_INTEGER),
  ofPoll: Number.MAX_SAFE_INTEGER,
};
