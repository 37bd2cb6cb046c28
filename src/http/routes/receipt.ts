import { readReceipt, receiptKeys } from "../../receipts/issue.ts";
import { route } from "../route.ts";
import { requestParams } from "../schemas/params.ts";
import { jwks, signedReceipt } from "../schemas/receipt.ts";

export const getReceipt = route({
  method: "get",
  path: "/v1/requests/{id}/receipt",
  name: "getReceipt",
  tag: "results",
  access: "receipt.read",
  summary:
    "Read the receipt of a request that has ended: what went in, what came out, what " +
    "failed; signed, and kept when the request is deleted",
  params: requestParams,
  responses: {
    200: { description: "The receipt of its last round.", schema: signedReceipt },
    409: { description: "It has not ended." },
  },
  handler: async (ctx, { params, caller }) => ({
    status: 200,
    body: await readReceipt(ctx, params.id, caller),
  }),
});

export const getReceiptKeys = route({
  method: "get",
  path: "/.well-known/longshore-keys",
  name: "getReceiptKeys",
  tag: "results",
  access: "service.read",
  summary: "The public keys that receipts of this service are verified with, as JSON Web Keys",
  responses: { 200: { description: "The keys, the newest first.", schema: jwks } },
  handler: async (ctx) => ({ status: 200, body: { keys: await receiptKeys(ctx) } }),
});
