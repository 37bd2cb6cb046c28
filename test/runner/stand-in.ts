// A process that has a local runner with one worker, and nothing else: it stands in for a service
// that is killed.
import { silentLog } from "../../src/log.ts";
import { type LocalRunnerOptions, openLocalRunner } from "../../src/runner/local.ts";

const { url, ...options }: { url: string } & Omit<LocalRunnerOptions, "internalUrl" | "log"> =
  JSON.parse(process.argv.at(-1) ?? "");
const runner = await openLocalRunner({ ...options, internalUrl: () => url, log: silentLog() });
await runner.reconcile([{ key: "group", operations: ["transform"], credentials: {}, size: 1 }]);
