import { checkDatabase } from "../db/check.ts";
import type { Deps } from "../deps.ts";

const mostSeconds = 2;

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
    found.flatMap(([name, fault]) => (fault === undefined ? [] : [[name, fault]])),
  );
}

async function failureOf(check: () => Promise<void>): Promise<string | undefined> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    clock = setTimeout(
      () => resolve(`It did not answer within ${mostSeconds} seconds.`),
      mostSeconds * 1000,
    );
  });
  const asked = check().then(
    () => undefined,
    (error: Error) => error.message,
  );
  const fault = await Promise.race([asked, late]);
  clearTimeout(clock);
  return fault;
}
