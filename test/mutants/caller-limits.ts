import type { Mutant } from "./mutant.ts";

const tests = ["http/caller-limits.test.ts"];

/** What a person, an address and a request may take. */
export const callerLimits: Mutant[] = [
  {
    name: "calls of people and addresses are not counted",
    file: "http/admit.ts",
    from: "await rates.take(caller, action, address);",
    to: "",
    tests,
  },
  {
    name: "wrong credentials are not counted",
    file: "http/admit.ts",
    from: "await rates.failed(address);",
    to: "{}",
    tests,
  },
  {
    name: "submits at once pass the number of open requests",
    file: "requests/lifecycle/open-requests-store.ts",
    from: 'await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 15))", [owner]);',
    to: "",
    tests,
  },
  {
    name: "a redrive opens a request too many",
    file: "requests/lifecycle/redrive.ts",
    from: "await limitOpenRequests(ctx, query, owner);",
    to: "",
    tests,
  },
  {
    name: "a lookup finds any number of files",
    file: "datasets/fill.ts",
    from: "next.total > mostFiles",
    to: "false",
    tests,
  },
];
