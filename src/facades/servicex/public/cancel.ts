import type { IncomingHttpHeaders } from "node:http";
import { sessionOf } from "../../../auth/caller.ts";
import { RequestError } from "../../../errors.ts";
import { cancel } from "../../../requests/lifecycle/cancel.ts";
import { isFinal } from "../../../requests/state.ts";
import type { Call, Endpoint } from "../../endpoint.ts";
import { badRequest } from "../errors.ts";
import { findRequest } from "../find.ts";

const path = "/servicex/transformation/:id/cancel";

/** All clients send GET; those that know `post_cancel_transform` may send POST. */
export const cancelByGet: Endpoint = {
  method: "get",
  path,
  access: "request.change",
  answer(call) {
    refuseBrowser(call);
    return answer(call);
  },
};
export const cancelByPost: Endpoint = { method: "post", path, access: "request.change", answer };

async function answer({ ctx, caller, params }: Call) {
  const id = params.id ?? "";
  const view = await findRequest(ctx, id, caller);
  const notOpen = () => badRequest(`Transform request with id ${id} is not in progress.`);
  if (isFinal(view.state) || view.state === "canceling") throw notOpen();
  try {
    await cancel(ctx, view.id, caller);
  } catch (error) {
    // It ended in between.
    if (error instanceof RequestError && error.status === 409) throw notOpen();
    throw error;
  }
  return { status: 200, body: { message: `Canceled transformation request ${id}` } };
}

/**
 * A GET that changes something could be a link, an image or a prefetch of any page. Browsers mark
 * all of those; no ServiceX client does.
 */
function refuseBrowser({ caller, request: { method, headers } }: Call): void {
  const isProgram = sessionOf(caller) === undefined && !isOfBrowser(headers);
  if (method === "GET" && isProgram) return;
  throw new RequestError(
    403,
    "browser",
    "A browser cannot cancel a request by opening this address; send a POST.",
  );
}

/** Node's own `fetch` sends one of these headers, with this value, and browsers never it alone. */
function isOfBrowser(headers: IncomingHttpHeaders): boolean {
  return Object.entries(headers).some(
    ([name, value]) =>
      name.startsWith("sec-fetch-") && !(name === "sec-fetch-mode" && value === "cors"),
  );
}
