// Who gets the next free slot, and how many may run at once.
import type { Mutant } from "./mutant.ts";

const shares = ["requests/shares.test.ts"];
const limits = ["requests/limits.test.ts"];

export const fairness: Mutant[] = [
  {
    name: "a user with much work keeps the others waiting",
    file: "shares/allocate.ts",
    from: "if (load !== 0) return load < 0;",
    to: "if (load !== 0) return load > 0;",
    tests: shares,
    only: "goes to a user who has nothing",
  },
  {
    name: "shares have no weight",
    file: "shares/allocate.ts",
    from: "a.running / a.share - b.running / b.share",
    to: "a.running - b.running",
    tests: shares,
    only: "goes by share",
  },
  {
    name: "priority has no weight",
    file: "shares/allocate.ts",
    from: "b.priority - a.priority || ",
    to: "",
    tests: shares,
    only: "higher priority",
  },
  {
    name: "one request of a user keeps the others waiting",
    file: "shares/allocate.ts",
    from: "a.servedAt - b.servedAt;",
    to: "b.servedAt - a.servedAt;",
    tests: shares,
    only: "goes round over the requests",
  },
  {
    name: "new files begin before those that have begun",
    file: "requests/advance/publish.ts",
    from: "of steps.toReversed()",
    to: "of steps",
    tests: shares,
    only: "later steps first",
  },
  {
    name: "one look for work gives out any number of files",
    file: "requests/dispatch/dispatch.ts",
    from: "const mostFiles = 1000;",
    to: "const mostFiles = 1_000_000;",
    tests: shares,
    only: "at most 1,000 files",
  },
  {
    name: "any number of workers hold files of a request",
    file: "requests/dispatch/within-limits-store.ts",
    from: "arrival_rank <= newcomers",
    to: "arrival_rank > 0",
    tests: limits,
    only: "gives its 30 files to one of five",
  },
  {
    name: "a user has any number of files running",
    file: "requests/dispatch/within-limits-store.ts",
    from: "place_of_user <= user_room.files",
    to: "place_of_user > 0",
    tests: limits,
    only: "of statements that start at once",
  },
  {
    name: "the answer to a claim has no limit",
    file: "requests/dispatch/answer-room.ts",
    from: "(ofWaiters[waiter] ?? 0) < answerBytes",
    to: "(ofWaiters[waiter] ?? 0) < 1000 * answerBytes",
    tests: ["requests/claim-size.test.ts"],
  },
  {
    name: "messages that come again wait until their topic is empty",
    file: "queue/postgres-taker.ts",
    from: "if (until > now()) return;",
    to: "if (until > 0) return;",
    tests: ["queue/postgres.test.ts"],
    only: "that come again",
  },
  {
    name: "messages that come again wait as long as takes follow each other",
    file: "queue/postgres-taker.ts",
    from: "else places.set(topic, { id: last, until });",
    to: "else places.set(topic, { id: last, until: now() + placeMilliseconds });",
    tests: ["queue/postgres.test.ts"],
    only: "that come again",
  },
];
