import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { keepReceipt } from "../../receipts/issue.ts";
import { markAllLeft } from "../../tasks/left-files.ts";
import { removeResults } from "../advance/orphaned-objects.ts";
import { readRequest } from "../read/request.ts";
import { isFinal } from "../state.ts";
import { deleteRequestRows } from "./delete-store.ts";

/**
 * Deletes the results before the rows: after a crash in between, the request still exists and the
 * same call finishes the work. The receipt stays.
 */
export async function deleteRequest(
  ctx: Deps<"db" | "ledger" | "notifier" | "signingKey" | "store" | "urls">,
  id: string,
  caller: Caller,
): Promise<void> {
  const request = await readRequest(ctx, id, caller, "request.delete");
  if (!isFinal(request.state))
    throw new RequestError(
      409,
      "request_open",
      `The request is ${request.state}; cancel it first, then delete it.`,
    );
  await keepReceipt(ctx, request.id);
  await removeResults(ctx, request.id);
  // Tasks must still release these files outside; they keep what they need for that.
  await markAllLeft(ctx, request.id);
  await deleteRequestRows(ctx.db, request.id);
}
