import type { Deps } from "../../deps.ts";
import { isServiceOperation } from "../../operations/offered.ts";
import { leastUuid } from "../../uuid.ts";
import { requestsOfDataset, requestsToAdvance } from "./advance-many-store.ts";

const page = 500;

/** Advances every request that needs it: a lost notification costs a sweep, never a request. */
export async function advanceAll(
  ctx: Deps<"advanceQueue" | "db" | "operations" | "runner">,
): Promise<number> {
  const services = [...ctx.operations.values()].filter(isServiceOperation);
  const rule = { unlimited: services.map(({ name }) => name), capacity: ctx.runner.capacity };
  for (let after = leastUuid; ; ) {
    const ids = await requestsToAdvance(ctx.db.query, rule, after, page);
    for (const id of ids) ctx.advanceQueue.add(id, "sweep");
    if (ids.length < page) return 0;
    after = ids.at(-1) ?? leastUuid;
  }
}

/** Advances the requests of a dataset, whose lookup has news. */
export async function advanceDataset(
  ctx: Deps<"advanceQueue" | "db">,
  dataset: number,
): Promise<void> {
  for (const id of await requestsOfDataset(ctx.db.query, dataset)) ctx.advanceQueue.add(id);
}
