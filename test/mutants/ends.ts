// The end of a request, what it leaves behind, and how long results are kept.
import type { Mutant } from "./mutant.ts";

const guards = ["requests/guards.test.ts"];
const leftovers = ["requests/leftovers.test.ts"];

export const ends: Mutant[] = [
  {
    name: "a request ends while files are open",
    file: "requests/advance/end.ts",
    from: "if ((await openFiles(query, id)) > 0) return false;",
    to: "await openFiles(query, id);",
    tests: guards,
  },
  {
    name: "objects newer than the end are removed",
    file: "requests/advance/orphaned-objects.ts",
    from: "&& object.modifiedAt < ended",
    to: "",
    tests: guards,
  },
  {
    name: "objects of earlier steps are kept",
    file: "requests/advance/orphaned-objects.ts",
    from: "await markPassedResults(ctx.db.query, id);",
    to: 'if (id === "") await markPassedResults(ctx.db.query, id);',
    tests: leftovers,
  },
  {
    name: "results that are named are removed as orphans",
    file: "requests/advance/orphaned-objects.ts",
    from: "!named.has(object.name) && ",
    to: "",
    tests: leftovers,
  },
  {
    name: "a request that ended is not cleaned up again",
    file: "requests/scheduler/sweep.ts",
    from: "await cleanUp(ctx, id);",
    to: 'if (id === "") await cleanUp(ctx, id);',
    tests: guards,
  },
  {
    name: "topics of requests that ended stay",
    file: "requests/scheduler/sweep.ts",
    from: "await ctx.queue.drop(topic);",
    to: 'if (topic === "") await ctx.queue.drop(topic);',
    tests: guards,
  },
  {
    name: "topics of open requests are dropped",
    file: "requests/scheduler/sweep-store.ts",
    from: "WHERE r.id IS NULL OR r.state NOT IN",
    to: "WHERE r.id IS NULL OR r.state IN",
    tests: guards,
  },
  {
    name: "results are kept for ever",
    file: "requests/scheduler/expire-results.ts",
    from: "await removeMarkedResults(ctx, id);",
    to: 'if (id === "") await removeMarkedResults(ctx, id);',
    tests: leftovers,
  },
  {
    name: "a redrive reads the user's file where an earlier step's object has expired",
    file: "requests/lifecycle/redrive-store.ts",
    from: "CASE WHEN begins_again THEN 1 ELSE step END",
    to: "step",
    tests: ["requests/read-as.test.ts"],
    only: "once the results have expired",
  },
  {
    name: "a file that is read again counts twice in warnings",
    file: "requests/reports/report-store.ts",
    from: "AND NOT (went_back AND",
    to: "AND NOT (file_step = 0 AND",
    tests: ["requests/read-as.test.ts"],
    only: "once the results have expired",
  },
  {
    name: "results expire although a redrive has begun",
    file: "requests/scheduler/expire-results-store.ts",
    from: "if (locked.length === 0) return false;",
    to: "",
    tests: ["requests/expiry.test.ts"],
  },
  {
    name: "a deletion that a process left is never finished",
    file: "requests/advance/advance-many-store.ts",
    from: "sqlList([...openRequestStates, deleting])",
    to: "sqlList(openRequestStates)",
    tests: ["requests/delete.test.ts"],
  },
  {
    name: "results are removed before the receipt names them",
    file: "requests/scheduler/expire-results.ts",
    from: "await keepReceipt(ctx, id);",
    to: 'if (id === "") await keepReceipt(ctx, id);',
    tests: ["requests/receipt.test.ts"],
  },
  {
    name: "an open request is deleted",
    file: "requests/lifecycle/delete.ts",
    from: "if (!isFinal(",
    to: 'if (now.id === "" && !isFinal(',
    tests: leftovers,
  },
];
