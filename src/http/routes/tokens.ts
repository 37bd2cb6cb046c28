import { clientSettings } from "../../auth/tokens/client-settings.ts";
import {
  createToken,
  listTokens,
  type MadeToken,
  replaceToken,
  revokeToken,
} from "../../auth/tokens/tokens.ts";
import type { Context } from "../../deps.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/tokens.ts";

const common = { tag: "tokens" } as const;
const identityOff = { description: "Identity is off on this service." };
const made = { description: "The token, shown this once.", schema: schema.madeToken };
const secretHeaders = { "cache-control": "private, no-store" };

export const listApiTokens = route({
  ...common,
  method: "get",
  path: "/v1/tokens",
  name: "listTokens",
  access: "token.read",
  summary: "List your API tokens, or those of another person",
  query: schema.listQuery,
  responses: {
    200: { description: "Tokens that are not revoked, oldest first.", schema: schema.tokenList },
    409: identityOff,
  },
  async handler(ctx, { caller, query }) {
    const items = await listTokens(ctx, caller, query.owner);
    return { status: 200, headers: secretHeaders, body: { items: items.map(schema.tokenView) } };
  },
});

export const createApiToken = route({
  ...common,
  method: "post",
  path: "/v1/tokens",
  name: "createToken",
  access: "token.change",
  summary: "Make an API token, which programs exchange for access tokens at /token/refresh",
  body: { schema: schema.tokenBody, example: { name: "laptop", scopes: ["read", "submit"] } },
  responses: {
    201: made,
    403: { description: "It would have scopes that the caller has not." },
    409: { description: "The name is taken, there are too many, or identity is off." },
    422: { description: "It would be good for longer than the facility allows." },
  },
  async handler(ctx, { caller, body }) {
    const wanted = { ...body, madeBy: "api" } as const;
    return shownOnce(ctx, await createToken(ctx, caller, wanted));
  },
});

export const replaceApiToken = route({
  ...common,
  method: "post",
  path: "/v1/tokens/{id}/replace",
  name: "replaceToken",
  access: "token.change",
  summary: "Make a new token in place of this one, which ends at once",
  params: schema.tokenParams,
  responses: { 201: made, 409: { description: "It is revoked, or identity is off." } },
  async handler(ctx, { caller, params }) {
    return shownOnce(ctx, await replaceToken(ctx, caller, params.id));
  },
});

export const revokeApiToken = route({
  ...common,
  method: "delete",
  path: "/v1/tokens/{id}",
  name: "revokeToken",
  access: "token.change",
  summary: "Revoke an API token, with the access tokens that were given for it",
  params: schema.tokenParams,
  responses: { 204: { description: "It is no longer valid." }, 409: identityOff },
  async handler(ctx, { caller, params }) {
    await revokeToken(ctx, caller, params.id);
    return { status: 204 };
  },
});

function shownOnce({ urls }: Pick<Context, "urls">, { token, secret }: MadeToken) {
  return {
    status: 201,
    headers: secretHeaders,
    body: {
      token: schema.tokenView(token),
      secret,
      servicex_yaml: clientSettings(urls.public(), secret),
    },
  };
}
