import { z } from "zod";
import { keyKinds, revokeKeys } from "../../requests/keys/keys.ts";
import { s3Access } from "../../s3/access.ts";
import { tools } from "../../s3/lines.ts";
import { route } from "../route.ts";
import { requestParams } from "../schemas/params.ts";

const access = z
  .object({
    endpoint: z.string(),
    region: z.string(),
    bucket: z.string().meta({ description: "The request's id; address it by the path." }),
    access_key: z.string(),
    secret_key: z.string(),
    lines: z.array(
      z.object({
        tool: z.enum(tools),
        language: z.enum(["shell", "python", "sql"]),
        text: z.string().meta({ description: "Ready to run; contains the keys." }),
      }),
    ),
  })
  .meta({ id: "S3Access" });

export const getS3Access = route({
  method: "get",
  path: "/v1/requests/{id}/s3",
  name: "getS3Access",
  tag: "results",
  access: "request.read",
  summary:
    "Read the S3 keys of a request, which give access to its results only, with lines for clients",
  description: "The keys end when the request is deleted, its results expire, or they are revoked.",
  params: requestParams,
  responses: {
    200: { description: "Secrets; do not store them.", schema: access },
    409: { description: "The process that answers has no S3 endpoint." },
  },
  handler: async (ctx, { params, caller }) => ({
    status: 200,
    headers: { "cache-control": "no-store" },
    body: await s3Access(ctx, params.id, caller),
  }),
});

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
