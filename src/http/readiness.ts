import type { Deps } from "../deps.ts";
import { within } from "../time.ts";

const mostMilliseconds = 2_000;
/** It is written to; what takes longer is no use to anybody who calls. */
const mostDatabaseMilliseconds = 5_000;

/** What is missing, by name, each with a sentence; empty when the service can serve. */
export async function readiness(
  ctx: Deps<"probe" | "queue" | "store">,
): Promise<Record<string, string>> {
  const checks = [
    ["database", () => within(mostDatabaseMilliseconds, ctx.probe.check())],
    ["queue", () => within(mostMilliseconds, ctx.queue.check())],
    ["store", () => within(mostMilliseconds, ctx.store.check())],
  ] as const;
  const found = await Promise.all(
    checks.map(async ([name, check]) => [name, await failureOf(check)] as const),
  );
  return Object.fromEntries(
    found.flatMap(([name, failure]) => (failure === undefined ? [] : [[name, failure]])),
  );
}

async function failureOf(check: () => Promise<void>): Promise<string | undefined> {
  return check().then(
    () => undefined,
    (error: Error) => error.message,
  );
}
