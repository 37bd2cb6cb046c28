// States, counters, leases and rounds.
import type { Mutant } from "./mutant.ts";

const ledgerTest = ["requests/ledger.test.ts"];
const guards = ["requests/guards.test.ts"];

export const ledger: Mutant[] = [
  {
    name: "a request moves from any state",
    file: "requests/move-store.ts",
    from: "AND state = ANY($2) FOR UPDATE",
    to: "AND $2::text[] IS NOT NULL FOR UPDATE",
    tests: guards,
  },
  {
    name: "a file moves from any state",
    file: "requests/file-move.ts",
    from: "const inState =",
    to: "const inState = 'true'; const _before =",
    tests: ["requests/file-move.test.ts"],
  },
  {
    name: "a message of an old attempt starts the file",
    file: "requests/dispatch/start-store.ts",
    from: 'guard: "step = claimed_step AND attempt = claimed_attempt"',
    to: 'guard: "claimed_step > 0 AND claimed_attempt > 0"',
    tests: ["requests/claim-messages.test.ts"],
  },
  {
    name: "a file of a canceled request starts",
    file: "requests/dispatch/start-store.ts",
    from: 'acceptsWork("r")} ORDER BY',
    to: '"r.id IS NOT NULL"} ORDER BY',
    tests: ["requests/claim-messages.test.ts"],
  },
  {
    name: "a report of an old attempt counts",
    file: "requests/reports/report-store.ts",
    from: "AND file_attempt = attempt)",
    to: "AND attempt > 0)",
    tests: ledgerTest,
    only: "of an old attempt",
  },
  {
    name: "a retry never runs out of tries",
    file: "requests/reports/report-store.ts",
    from: "tries + 1 < most_tries",
    to: "tries < 1000000",
    tests: ["requests/retry.test.ts"],
    only: "with no class listed",
  },
  {
    name: "counters grow by a move and do not shrink",
    file: "requests/step-counters.ts",
    from: "state AS counter, -1 AS n",
    to: "state AS counter, 0 AS n",
    tests: ["requests/file-move.test.ts"],
  },
  {
    name: "a lease that is over is kept",
    file: "requests/dispatch/expire-leases-store.ts",
    from: '"f.lease_until < now()"',
    to: "\"f.lease_until < now() - interval '1 day'\"",
    tests: ledgerTest,
    only: "stopped responding",
  },
  {
    name: "a lost worker costs its file no try",
    file: "requests/dispatch/expire-leases-store.ts",
    from: 'tries: "moved.tries + moved.cost"',
    to: 'tries: "moved.tries"',
    tests: ledgerTest,
    only: "lost with every try",
  },
  {
    name: "a worker renews the lease of another's file",
    file: "requests/dispatch/lease-store.ts",
    from: "AND worker = $5",
    to: "AND $5::text IS NOT NULL",
    tests: ["requests/claim-messages.test.ts"],
  },
  {
    name: "a lost message is never published again",
    file: "requests/advance/publish.ts",
    from: "if (depth === 0)",
    to: "if (depth < 0)",
    tests: ledgerTest,
    only: "whose message the queue lost",
  },
  {
    name: "a redriven file has only the tries that were left",
    file: "requests/lifecycle/redrive-store.ts",
    from: 'tries: "0"',
    to: 'tries: "moved.tries"',
    tests: ["requests/retry.test.ts"],
    only: "each round has them again",
  },
  {
    name: "a success counts though the store lacks its object",
    file: "requests/reports/verify-results.ts",
    from: "if (!object)",
    to: "if (!object) continue;\n    if (!object.name)",
    tests: ["requests/leftovers.test.ts"],
    only: "whose object is missing",
  },
];
