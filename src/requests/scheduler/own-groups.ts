import type { Deps } from "../../deps.ts";
import { workerOperationNames } from "../../operations/offered.ts";
import type { WorkerGroup } from "../../runner/contract.ts";
import { mostBusy } from "./most-busy.ts";
import { openWork, totalSlots } from "./scale-workers-store.ts";
import type { SteadySizes } from "./steady-sizes.ts";

/** The group that serves every request. */
const serviceGroup = "service";

/** A worker that is still busy when its token expires ends, and another takes its place. */
const tokenSeconds = 7 * 86_400;
/** A runner may start its workers anew for another token: it stays while it is good for long. */
const tokenKeptMilliseconds = (tokenSeconds / 2) * 1000;

interface Group {
  key: string;
  operations: string[];
}

/** The groups of our own workers that the ledger has work for. One instance serves a term. */
export function makeOwnGroups(
  ctx: Deps<"db" | "operations" | "runner" | "workTokens">,
  steady: SteadySizes,
  now: () => number,
): () => Promise<WorkerGroup[]> {
  const tokens = new Map<string, { token: string; at: number }>();
  return async () => {
    const operations = workerOperationNames(ctx.operations.values());
    const groups: Group[] =
      ctx.runner.groups === "together"
        ? [{ key: serviceGroup, operations }]
        : operations.map((name) => ({ key: `operation-${name}`, operations: [name] }));
    const work = await openWork(ctx.db.query, operations);
    const wanted: WorkerGroup[] = [];
    for (const group of groups) {
      const busy = mostBusy(work.filter(({ operation }) => group.operations.includes(operation)));
      // Idle workers stay for a while, but a limit that is lowered holds for them too.
      const most = (await totalSlots(ctx.db.query, group.operations)) ?? Number.POSITIVE_INFINITY;
      const size = Math.min(steady.of(group.key, busy), most);
      if (size > 0)
        wanted.push({ ...group, credentials: { workToken: await tokenOf(group) }, size });
    }
    return wanted;
  };

  async function tokenOf({ key, operations }: Group): Promise<string> {
    const known = tokens.get(key);
    if (known && now() - known.at < tokenKeptMilliseconds) return known.token;
    const token = await ctx.workTokens.issue({ operations }, tokenSeconds);
    tokens.set(key, { token, at: now() });
    return token;
  }
}
