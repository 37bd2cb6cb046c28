import { randomUUID } from "node:crypto";
import type { Deps } from "../deps.ts";
import type { Batch } from "../operations/contract.ts";
import { isServiceOperation } from "../operations/offered.ts";
import { withSlotsLocked } from "../shares/slots.ts";
import {
  activeTasks,
  gatherTask,
  groupsWithFiles,
  lockGroup,
  queuedInGroup,
} from "./gather-store.ts";
import { partsOfGroup } from "./group-name.ts";

/** Makes tasks of the groups that are due: full, or their oldest file has waited long enough. */
export async function gather(
  ctx: Deps<"clock" | "config" | "ledger" | "log" | "notifier" | "operations">,
): Promise<number> {
  let made = 0;
  for (const name of await groupsWithFiles(ctx.ledger.query)) {
    const { operation, key } = partsOfGroup(name);
    const found = ctx.operations.get(operation);
    if (!found || !isServiceOperation(found)) continue;
    const batch = found.batch(ctx.config.facility[operation] ?? {});
    while (await gatherOne(ctx, { operation, key, name }, batch)) made++;
  }
  if (made > 0) ctx.notifier.notify("tasks");
  return made;
}

/**
 * In one transaction under the lock of the operation's slots and the group's own, so that two
 * processes together exceed neither a limit nor `tasksAtOnce`.
 */
function gatherOne(
  ctx: Deps<"clock" | "ledger" | "log">,
  group: { operation: string; key: string; name: string },
  { files: most, afterSeconds, tasksAtOnce = Number.POSITIVE_INFINITY }: Batch,
): Promise<boolean> {
  const { operation, key, name } = group;
  return withSlotsLocked(ctx.ledger, { operations: [operation] }, async (query) => {
    if (!(await lockGroup(query, name))) return false;
    if ((await activeTasks(query, operation, key)) >= tasksAtOnce) return false;
    const queued = await queuedInGroup(query, name, most, ctx.clock.offsetSeconds());
    if (queued.files === 0) return false;
    if (queued.files < most && queued.oldestSeconds < afterSeconds) return false;
    const task = randomUUID();
    const files = await gatherTask(query, task, group, most);
    if (files > 0) ctx.log.info({ task, operation, group: key, files }, "files were gathered");
    return files > 0;
  });
}
