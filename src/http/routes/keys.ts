import { z } from "zod";
import { keyKinds, revokeKeys } from "../../requests/keys/keys.ts";
import { route } from "../route.ts";
import { requestParams } from "../schemas/params.ts";

const revokeBody = z
  .strictObject({
    kinds: z
      .array(z.enum(keyKinds))
      .min(1)
      .max(2)
      .default([...keyKinds]),
  })
  .meta({ id: "RevokeKeys", description: "Empty: the read keys and the write keys." });

export const revokeRequestKeys = route({
  method: "post",
  path: "/v1/requests/{id}/revoke-keys",
  name: "revokeKeys",
  tag: "results",
  access: "request.change",
  summary: "End all S3 keys of a request that exist now; keys made later are valid",
  params: requestParams,
  body: { schema: revokeBody, example: { kinds: ["read"] } },
  responses: { 204: { description: "The keys are no longer valid." } },
  async handler(ctx, { params, caller, body }) {
    await revokeKeys(ctx, params.id, caller, [...new Set(body.kinds)]);
    return { status: 204 };
  },
});
