import { RequestError } from "../../../errors.ts";
import type { Endpoint } from "../../endpoint.ts";
import { findRequest } from "../find.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { plainPath } from "./paths.ts";

/**
 * Finders of 2022 send this to begin the work, once or with each chunk. Here it begins by itself:
 * nothing changes.
 */
export const start: Endpoint = {
  method: "post",
  path: `${plainPath}/:id/start`,
  access: "lookup.report",
  async answer({ ctx, caller, params, response }) {
    const { state } = await retryWhileUnavailable(response, () =>
      findRequest(ctx, params.id ?? "", caller, "lookup.report"),
    );
    if (state === "canceling" || state === "canceled")
      throw new RequestError(409, "canceled", "Transform request canceled by user.");
    return { status: 200, body: null };
  },
};
