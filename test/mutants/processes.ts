// Leadership, notifications, the plan of the report statement, and what runs at once.
import type { Mutant } from "./mutant.ts";

const leader = ["db/leader.test.ts"];
const notifier = ["db/notifier.test.ts"];
const batcher = ["unit/batcher.test.ts"];
const advanceQueue = ["unit/advance-queue.test.ts"];

export const processes: Mutant[] = [
  {
    name: "every process leads",
    file: "db/leader-store.ts",
    from: "(leaders.expires_at <= clock_timestamp()",
    to: "(leaders.expires_at > '-infinity'",
    tests: leader,
  },
  {
    name: "a leader that was frozen goes on",
    file: "db/term.ts",
    from: "if (performance.now() >= validUntil) lost.abort();",
    to: "",
    tests: leader,
  },
  {
    name: "a leader does not notice another in its row",
    file: "db/term.ts",
    from: "if (!(await holdsDuty(query, key))) lost.abort();",
    to: "await holdsDuty(query, key);",
    tests: leader,
  },
  {
    name: "notifications stay within the process",
    file: "db/notifier.ts",
    from: "pg_notify('longshore', $1)",
    to: "concat('longshore', $1::text)",
    tests: notifier,
  },
  {
    name: "a process hears its own notifications twice",
    file: "db/notifier.ts",
    from: "if (from !== self)",
    to: 'if (from !== "")',
    tests: notifier,
  },
  {
    name: "the ledger's plans depend on statistics",
    file: "context.ts",
    from: "planner: { ...byKey, lock_timeout",
    to: "planner: { lock_timeout",
    tests: ["requests/plan.test.ts"],
  },
  {
    name: "one bad report refuses its whole batch",
    file: "requests/reports/lanes.ts",
    from: "part.length === 1",
    to: "part.length > 0",
    tests: batcher,
  },
  {
    name: "a batch waits as long as a row of one request is locked",
    file: "requests/reports/record-batch.ts",
    from: "if (isBlocked(error))",
    to: "if (!error)",
    tests: batcher,
  },
  {
    name: "two attempts of a file go into one batch",
    file: "requests/reports/entry.ts",
    from: "later.push(next)",
    to: "batch.set(`second of `.concat(key), next)",
    tests: batcher,
  },
  {
    name: "a request that is added while it runs is not advanced again",
    file: "requests/advance/advance-queue.ts",
    from: "if (this.#runs(id)) this.#again.add(id);\n    else this.#waiting.add(id, source);",
    to: "if (!this.#runs(id)) this.#waiting.add(id, source);",
    tests: advanceQueue,
  },
  {
    name: "a request is advanced twice at once",
    file: "requests/advance/advance-queue.ts",
    from: "(running) => running.has(id)",
    to: "() => this.#closed",
    tests: advanceQueue,
  },
  {
    name: "a request is advanced during a slice of its long work",
    file: "requests/advance/advance-queue.ts",
    from: "long.running, removal.running",
    to: "removal.running",
    tests: advanceQueue,
  },
  {
    name: "long work takes the places of small work",
    file: "requests/advance/advance-queue.ts",
    from: "this.#lines[rest].waiting.add(id);",
    to: 'this.#waiting.add(id, "facts");',
    tests: advanceQueue,
  },
  {
    name: "facts wait for the turns of all users",
    file: "requests/advance/round-robin.ts",
    from: "this.#isItsTurn = !this.#isItsTurn;",
    to: "this.#isItsTurn = false;",
    tests: advanceQueue,
  },
  {
    name: "a long list is held in memory",
    file: "http/json/long-list.ts",
    from: "readListed(request, rule, place, openFile)",
    to: "readListed(request, rule, place)",
    tests: ["http/long-lists.test.ts"],
    only: "64 MB",
  },
  {
    name: "any number of long lists are recorded at once",
    file: "requests/lifecycle/submit.ts",
    from: "isLong ? await inTurn({ owner, signal: gone }, record) : await record()",
    to: "await record()",
    tests: ["http/long-lists.test.ts"],
    only: "at once",
  },
];
