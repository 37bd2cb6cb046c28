import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { requestBecomes } from "../../../requests/lifecycle/becomes.ts";
import { deleteRequest } from "../../../requests/lifecycle/delete.ts";
import { isFinal } from "../../../requests/state.ts";
import type { RequestView } from "../../../requests/views.ts";
import type { Endpoint } from "../../endpoint.ts";
import { badRequest } from "../errors.ts";
import { findRequest } from "../find.ts";

/** Clients wait five seconds for the answer to a delete. */
const secondsToSettle = 3;
const secondsToRemove = 1;

export const deleteTransformation: Endpoint = {
  method: "delete",
  path: "/servicex/transformation/:id",
  access: "request.delete",
  async answer({ ctx, caller, params }) {
    const id = params.id ?? "";
    const view = await settled(ctx, await findRequest(ctx, id, caller), caller);
    if (!isFinal(view.state))
      throw badRequest(`Transform request with id ${id} is still in progress.`);
    await deleteRequest(ctx, view.id, caller, { waitSeconds: secondsToRemove });
    return { status: 200, body: { message: `Transform request with id ${id} has been archived.` } };
  },
};

/**
 * A canceled request is Canceled to its user at once, while its last files are still being settled.
 */
async function settled(
  ctx: Deps<"db" | "notifier">,
  view: RequestView,
  caller: Caller,
): Promise<RequestView> {
  if (view.state !== "canceling") return view;
  let now = view;
  await requestBecomes(ctx, { id: view.id, seconds: secondsToSettle }, async () => {
    now = await findRequest(ctx, view.id, caller);
    return now.state !== "canceling";
  });
  return now;
}
