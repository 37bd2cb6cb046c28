import type { Deps } from "../deps.ts";
import { UnavailableError } from "../errors.ts";
import { within } from "../time.ts";

const mostMilliseconds = 2_000;
/** More than for the others, since the check writes a row. */
const mostDatabaseMilliseconds = 5_000;

export interface ServiceReadiness {
  /** what cannot be used, by name, each with a sentence; empty when the service can serve */
  missing: Record<string, string>;
  /** what needs an operator although the service can serve */
  warnings: Record<string, string>;
}

/** A full store is a warning: room is made by deleting requests, and status is read as usual. */
export async function readiness(ctx: Deps<"probe" | "queue" | "store">): Promise<ServiceReadiness> {
  const checks = [
    ["database", () => within(mostDatabaseMilliseconds, ctx.probe.check())],
    ["queue", () => within(mostMilliseconds, ctx.queue.check())],
    ["store", () => within(mostMilliseconds, ctx.store.check())],
  ] as const;
  const found: ServiceReadiness = { missing: {}, warnings: {} };
  await Promise.all(
    checks.map(([name, check]) =>
      check().catch((error: Error) => {
        const list = isFull(error) ? found.warnings : found.missing;
        list[name] = error.message;
      }),
    ),
  );
  return found;
}

function isFull(error: Error): boolean {
  return error instanceof UnavailableError && error.status === 507;
}
