import type { Deps } from "../deps.ts";
import type { ServiceOperation } from "../operations/contract.ts";
import { replicasOf } from "../requests/dispatch/task.ts";
import { groupName } from "./group-name.ts";
import { queueForTasks, waitingFiles } from "./queue-store.ts";

const chunk = 1000;

/**
 * Queues all waiting files of a step of a service operation by group; there is no window to keep.
 */
export async function queueStep(
  ctx: Deps<"config" | "ledger" | "notifier">,
  request: string,
  { step, settings }: { step: number; settings: Record<string, unknown> },
  operation: ServiceOperation,
): Promise<void> {
  const facility = ctx.config.facility[operation.name] ?? {};
  for (;;) {
    const files = await waitingFiles(ctx.ledger.query, request, step, chunk);
    const grouped = files.map((row) => {
      const key = operation.group(settings, { replicas: replicasOf(row), facility });
      return { file: row.file, group: groupName(operation.name, key) };
    });
    if (grouped.length === 0) return;
    const moved = await queueForTasks(ctx.ledger.query, request, step, grouped);
    if (moved === 0) return;
    ctx.notifier.notify("gather");
    if (files.length < chunk) return;
  }
}
