import type { Mutant } from "./mutant.ts";

const tests = ["http/barred.test.ts"];

/** What is bound to groups is read for members alone. */
export const barredTargets: Mutant[] = [
  {
    name: "a folder that is bound is read",
    file: "inputs/barred.ts",
    from: "closed: [...folders.closed, ...barred.folders],",
    to: "closed: folders.closed,",
    tests,
  },
  {
    name: "a host that is bound is read",
    file: "inputs/barred.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the source
    from: "hosts: [...hosts, ...barred.hosts.map((host) => `${barredMark}${host}`)],",
    to: "hosts,",
    tests,
  },
  {
    name: "another name leads to a host that is bound",
    file: "outside/address.ts",
    from: "const shut = [...shutHere, ...(await addressesOf(shutHere))];",
    to: "const shut = shutHere;",
    tests,
  },
  {
    name: "who finds less shares a lookup with others",
    file: "datasets/resolve.ts",
    from: "if (dataset.isApart) return openApart(query, finder, name, owner);",
    to: "",
    tests,
  },
  {
    name: "a remembered dataset that is bound is given to all",
    file: "datasets/resolve.ts",
    from: "if (isBarredDataset(scheme, name, barred))",
    to: "if (barred === null)",
    tests,
  },
  {
    name: "any worker gets files of whom something is barred to",
    file: "requests/dispatch/seats.ts",
    from: "leavesBarred === true || !barring.has(owner)",
    to: 'owner !== "" || leavesBarred === true',
    tests,
  },
  {
    name: "the service reads for workers what is bound",
    file: "requests/dispatch/task-input.ts",
    from: "withoutBarred({ folders, hosts }, barred)",
    to: "withoutBarred({ folders, hosts }, undefined)",
    tests,
  },
  {
    name: "a group to which something is bound is deleted",
    file: "users/groups.ts",
    from: "if (group.bindings > 0) throw isBound(group);",
    to: "",
    tests: ["http/groups.test.ts"],
  },
  {
    name: "what is barred does not count into the size of an answer",
    file: "requests/dispatch/seats.ts",
    from: "room.plan(waiter, step, barring.get(step.owner) ?? 0);",
    to: "room.plan(waiter, step, 0);",
    tests: ["requests/claim-size.test.ts"],
    only: "what is barred to the owner",
  },
];
