import type { Caller } from "../../../auth/caller.ts";
import type { Context, Deps } from "../../../deps.ts";
import { hasOutputs } from "../../../operations/offered.ts";
import { mayOn } from "../../../users/policy.ts";
import { isUuid } from "../../../uuid.ts";
import { echoedFieldsOf } from "../echoed-fields.ts";
import { findRequest } from "../find.ts";

/**
 * What a report needs of a request and never changes: read once, not for each of a million reports.
 */
export interface Reported {
  id: string;
  owner: string;
  steps: number;
  /** its workers put objects into its bucket, which are checked before a success counts */
  makesObjects: boolean;
}

const mostKept = 1_000;
const kept = new WeakMap<Context["db"], Map<string, Reported>>();

export async function reportedRequest(
  ctx: Deps<"db" | "operations">,
  asked: string,
  caller: Caller,
): Promise<Reported> {
  const cache = kept.get(ctx.db) ?? new Map<string, Reported>();
  kept.set(ctx.db, cache);
  const known = isUuid(asked) ? cache.get(asked) : undefined;
  if (known && mayOn(caller, "work", known)) return known;
  const view = await findRequest(ctx, asked, caller, "work");
  const last = view.steps.at(-1);
  const operation = last && ctx.operations.get(last.operation);
  const reported = {
    id: view.id,
    owner: view.owner,
    steps: view.steps.length,
    makesObjects:
      operation !== undefined &&
      hasOutputs(operation) &&
      echoedFieldsOf(view)["result-destination"] !== "volume",
  };
  cache.set(view.id, reported);
  if (cache.size > mostKept) cache.delete(cache.keys().next().value ?? "");
  return reported;
}
