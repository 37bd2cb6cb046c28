import { checkDatabase } from "../db/check.ts";
import type { Deps } from "../deps.ts";
import { within } from "../time.ts";

const mostMilliseconds = 2000;

/** What is missing, by name, each with a sentence; empty when the service can serve. */
export async function readiness(
  ctx: Deps<"db" | "queue" | "store">,
): Promise<Record<string, string>> {
  const checks: [name: string, check: () => Promise<void>][] = [
    ["database", () => checkDatabase(ctx.db)],
    ["queue", () => ctx.queue.check()],
    ["store", () => ctx.store.check()],
  ];
  const found = await Promise.all(
    checks.map(async ([name, check]) => [name, await failureOf(check)] as const),
  );
  return Object.fromEntries(
    found.flatMap(([name, failure]) => (failure === undefined ? [] : [[name, failure]])),
  );
}

async function failureOf(check: () => Promise<void>): Promise<string | undefined> {
  return within(mostMilliseconds, check()).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
