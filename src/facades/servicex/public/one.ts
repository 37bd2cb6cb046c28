import { failureText } from "../../../requests/read/failure-text.ts";
import type { Endpoint } from "../../endpoint.ts";
import { findRequest } from "../find.ts";
import { objectStoreFields } from "../object-store.ts";
import { toTransformations } from "../transformation.ts";

/** What clients poll while they wait. */
export const one: Endpoint = {
  method: "get",
  path: "/servicex/transformation/:id",
  access: "request.read",
  async answer({ ctx, caller, params }) {
    const view = await findRequest(ctx, params.id ?? "", caller);
    const [transformation] = await toTransformations(ctx, [view]);
    const keys =
      transformation?.["result-destination"] === "volume"
        ? {}
        : await objectStoreFields(ctx, view.id);
    // A failed request has the reason of its files already.
    const failures = view.state === "failed" ? null : await failureText(ctx, view);
    const info = [transformation?.["failure-info"], failures].filter(Boolean).join("; ") || null;
    return { status: 200, body: { ...transformation, "failure-info": info, ...keys } };
  },
};
