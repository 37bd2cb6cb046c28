import { RequestError } from "../../../errors.ts";
import type { Endpoint } from "../../endpoint.ts";
import { findRequest } from "../find.ts";

/** No request has a Kubernetes Deployment of its own here. */
export const deploymentStatus: Endpoint = {
  method: "get",
  path: "/servicex/transformation/:id/deployment-status",
  access: "request.read",
  async answer({ ctx, caller, params }) {
    const id = params.id ?? "";
    await findRequest(ctx, id, caller);
    throw new RequestError(404, "not_found", `Deployment not found: '${id}'`);
  },
};
