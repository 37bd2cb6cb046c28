import type { Mutant } from "./mutant.ts";

const workloads = ["requests/step-workloads.test.ts"];
const sizes = ["unit/container-sizes.test.ts"];

/** Files that containers of others do, and what those are given. */
export const sidecars: Mutant[] = [
  {
    name: "claims take files of containers of others",
    file: "shares/line-store.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the source
    from: 'AND NOT ${hasWorkload("s")}',
    to: "",
    tests: workloads,
  },
  {
    name: "our own workers are started for files of containers of others",
    file: "requests/scheduler/scale-workers-store.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the source
    from: 'AND NOT ${hasWorkload("steps")}',
    to: "",
    tests: workloads,
  },
  {
    name: "generated code of any size is taken",
    file: "requests/lifecycle/step-workloads.ts",
    from: "if (bytes > mostBytes)",
    to: "if (bytes > 2 * mostBytes)",
    tests: workloads,
  },
  {
    name: "containers of a canceled request are still wanted",
    file: "requests/sidecars/wanted-store.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of the source
    from: "requests.state IN (${sqlList(stoppableStates)})",
    to: "true",
    tests: workloads,
  },
  {
    name: "a request has more containers than files",
    file: "requests/sidecars/sizes.ts",
    from: "Math.min(files, scales ?",
    to: "Math.min(Infinity, scales ?",
    tests: sizes,
  },
  {
    name: "a small request waits for a large one",
    file: "requests/sidecars/sizes.ts",
    from: "share(runs, floor, bounds.all, sizes);",
    to: "",
    tests: sizes,
  },
  {
    name: "calls for a broker that is away wait one after the other",
    file: "queue/rabbitmq/asking-channel.ts",
    from: "await this.#connection.opened(until - performance.now());",
    to: "",
    tests: ["queue/transformer-queues.test.ts"],
  },
  {
    name: "a broker that is away keeps a request from its end",
    file: "requests/advance/settle.ts",
    from: "const dismissed = endRuns(ctx, request);",
    to: "const dismissed = await endRuns(ctx, request);",
    tests: ["requests/kubernetes.test.ts"],
    only: "ends at once while",
  },
];
