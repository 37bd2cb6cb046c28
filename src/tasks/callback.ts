import type { IncomingHttpHeaders } from "node:http";
import type { Deps } from "../deps.ts";
import { notFound } from "../errors.ts";
import { isServiceOperation } from "../operations/offered.ts";
import { isUuid } from "../uuid.ts";
import { wakeTasks } from "./task-store.ts";

/**
 * An outside service calls back: the operation verifies the call, and the tasks it names are asked
 * about now. A reference that no task has yet wakes those whose start is not recorded. Returns how
 * many woke.
 */
export async function callBack(
  ctx: Deps<"config" | "db" | "notifier" | "operations">,
  name: string,
  call: { headers: IncomingHttpHeaders; body: Buffer },
): Promise<number> {
  const operation = ctx.operations.get(name);
  if (!operation || !isServiceOperation(operation) || !operation.callback)
    throw notFound("call-back of an operation", name);
  const facility = ctx.config.facility[name] ?? {};
  const named = await operation.callback.verify({ ...call, facility, query: ctx.db.query });
  const woken = await wakeTasks(ctx.db.query, name, {
    tasks: (named.tasks ?? []).filter(isUuid),
    externalRefs: named.externalRefs ?? [],
  });
  if (woken > 0) ctx.notifier.notify("tasks");
  return woken;
}
