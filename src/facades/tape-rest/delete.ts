import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { stopAndDelete } from "../../requests/lifecycle/stop-and-delete.ts";
import type { Parts } from "./parts.ts";
import { findStage } from "./stage-request.ts";

/** `DELETE stage/<id>`: cancels what remains; the id is gone then. */
export async function deleteStage(
  ctx: Context,
  parts: Pick<Parts, "limitsOf">,
  caller: Caller,
  id: string,
): Promise<void> {
  const { view } = await findStage(ctx, parts, caller, { id, action: "request.delete" });
  await stopAndDelete(ctx, view, caller, "stage request");
}
