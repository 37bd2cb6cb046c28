import { limitOperation, readLimits, shareOfUser } from "../../shares/limits.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/limits.ts";

export const getLimits = route({
  method: "get",
  path: "/v1/limits",
  name: "getLimits",
  tag: "limits",
  access: "limits.read",
  summary: "Read the limits of operations, the shares of users, and what runs now",
  responses: { 200: { description: "Limits and shares.", schema: schema.limits } },
  async handler(ctx, { caller }) {
    return { status: 200, body: await readLimits(ctx, caller) };
  },
});

export const putOperationLimits = route({
  method: "put",
  path: "/v1/limits/operations/{operation}",
  name: "putOperationLimits",
  tag: "limits",
  access: "limits.change",
  summary: "Set how many files of an operation may run at once, in total and for each user",
  description: "Holds from the next start on; files that run already go on.",
  params: schema.operationParams,
  body: { schema: schema.slotsBody, example: { slots: 40, slots_per_user: 4 } },
  responses: { 200: { description: "All limits and shares.", schema: schema.limits } },
  async handler(ctx, { params, caller, body }) {
    const limits = { slots: body.slots, slotsPerUser: body.slots_per_user };
    return { status: 200, body: await limitOperation(ctx, caller, params.operation, limits) };
  },
});

export const putUserShare = route({
  method: "put",
  path: "/v1/limits/users/{owner}",
  name: "putUserShare",
  tag: "limits",
  access: "limits.change",
  summary: "Set a user's share of the slots",
  params: schema.ownerParams,
  body: { schema: schema.shareBody, example: { share: 2 } },
  responses: { 200: { description: "All limits and shares.", schema: schema.limits } },
  async handler(ctx, { params, caller, body }) {
    return { status: 200, body: await shareOfUser(ctx, caller, params.owner, body.share) };
  },
});
