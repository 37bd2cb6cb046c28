// Callers without a name, what they may take, and the log of what administrators do.
import type { Mutant } from "./mutant.ts";

const facades = ["http/facade-callers.test.ts"];
const policy = ["unit/policy.test.ts"];
const rates = ["unit/rates.test.ts"];
const acts = ["http/acts.test.ts"];
const opsPages = ["http/ops-pages.test.ts"];

export const facadeCallers: Mutant[] = [
  {
    name: "whoever has no name owns what such callers own",
    file: "users/policy.ts",
    from: 'return isNobody && reach === "own" ? undefined : reach;',
    to: 'return isNobody && reach === "any" ? undefined : reach;',
    tests: policy,
  },
  {
    name: "a façade that is closed takes callers without a name",
    file: "auth/without-name.ts",
    from: "if (!known?.open || known.owner === undefined) return caller;",
    to: "if (known?.owner === undefined) return caller;",
    tests: facades,
  },
  {
    name: "a setting closes no façade",
    file: "auth/without-name.ts",
    from: "if (!config.identity || config.identity.anonymous[facade] === false) return caller;",
    to: "if (!config.identity) return caller;",
    tests: facades,
  },
  {
    name: "a façade that was closed opens at the next start",
    file: "users/facade-callers.ts",
    from: "if (await people.read((db) => isKnown(db, facade))) continue;",
    to: "if ((await people.read((db) => isKnown(db, facade))) && facade.length === 0) continue;",
    tests: facades,
  },
  {
    name: "callers of a façade have as many open requests as a person",
    file: "requests/lifecycle/open-requests.ts",
    from: "quota?.openRequests ?? config.identity.openRequests",
    to: "config.identity.openRequests",
    tests: facades,
  },
  {
    name: "callers of a façade give a list of any length",
    file: "requests/lifecycle/facade-files.ts",
    from: "dataset.list.length > mostFiles)",
    to: "dataset.list.length > mostFiles + 1e9)",
    tests: facades,
  },
  {
    name: "callers of a façade name a dataset of any length",
    file: "requests/advance/advance.ts",
    from: "request.datasetFiles > (request.mostFiles ?? Infinity)",
    to: "request.datasetFiles > (request.mostFiles ?? 0) + 1e9",
    tests: facades,
  },
  {
    name: "callers of a façade make any number of calls",
    file: "auth/rates.ts",
    from: "if (made.consumedPoints > callsAMinute)",
    to: "if (made.consumedPoints > callsAMinute + 1e9)",
    tests: rates,
  },
  {
    name: "callers of a façade are not counted by their address",
    file: "auth/rates.ts",
    from: 'const isNameless = owner === undefined || caller.kind === "anonymous";',
    to: "const isNameless = owner === undefined;",
    tests: rates,
  },
  {
    name: "what administrators do to others' requests is in no log",
    file: "users/acts.ts",
    from: 'if (caller.kind !== "admin" || ownerOf(caller) === owner) return;',
    to: 'if (caller.kind !== "admin" || owner !== undefined) return;',
    tests: acts,
  },
  {
    name: "what people do to their own requests is in the log",
    file: "users/acts.ts",
    from: 'if (caller.kind !== "admin" || ownerOf(caller) === owner) return;',
    to: 'if (caller.kind !== "admin") return;',
    tests: acts,
  },
  {
    name: "a change of limits is in no log",
    file: "shares/limits-store.ts",
    from: "    await note?.(query);\n",
    to: "",
    tests: acts,
  },
  {
    name: "operators' pages are answered at the public port, too",
    file: "web/index.ts",
    from: "        serves.includes(home)\n          ? pageRouter(ctx, admit, part)",
    to: "        serves.includes(home) || true\n          ? pageRouter(ctx, admit, part)",
    tests: opsPages,
  },
  {
    name: "the port of operators takes the session of the public one",
    file: "mounts.ts",
    from: 'const here = listener === "ops" ? atOps(ctx) : ctx;',
    to: "const here = ctx;",
    tests: opsPages,
  },
];
