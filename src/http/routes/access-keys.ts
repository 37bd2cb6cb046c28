import { z } from "zod";
import { accessKinds, createKey, type KeyRow, listKeys, revokeKey } from "../../auth/keys/keys.ts";
import { route } from "../route.ts";
import { keyBody, keyParams } from "../schemas/access-keys.ts";
import { time } from "../schemas/request.ts";

const common = { tag: "tokens" } as const;
const identityOff = { description: "Identity is off on this service." };

const key = z
  .object({
    id: z.string(),
    kind: z.enum(accessKinds),
    name: z.string(),
    owner: z.string().nullable(),
    facade: z.string().nullable().meta({ description: "The façade that it is for alone." }),
    roots: z.array(z.string()).meta({ description: "Folders at the façade; none: all it has." }),
    most_files: z.number().nullable().meta({ description: "Files at once; null: any number." }),
    created_by: z.string(),
    created_at: time,
    expires_at: time.nullable().meta({ description: "Null: it is good until it is revoked." }),
    last_used_at: time.nullable().meta({ description: "To a minute." }),
  })
  .meta({ id: "AccessKey" });

const keyList = z.object({ items: z.array(key) });
const madeKey = z
  .object({
    key,
    secret: z.string().meta({
      description: "Sent as a bearer token, or as the façade expects it. It is never shown again.",
    }),
  })
  .meta({ id: "MadeAccessKey" });

export const listAccessKeys = route({
  ...common,
  method: "get",
  path: "/v1/access-keys",
  name: "listAccessKeys",
  access: "key.read",
  summary: "List the keys of programs and of other services",
  responses: {
    200: { description: "Keys that are not revoked, oldest first.", schema: keyList },
    409: identityOff,
  },
  async handler(ctx, { caller }) {
    return { status: 200, body: { items: (await listKeys(ctx, caller)).map(keyView) } };
  },
});

export const createAccessKey = route({
  ...common,
  method: "post",
  path: "/v1/access-keys",
  name: "createAccessKey",
  access: "key.change",
  summary: "Make a key for callers that are no people: it needs no exchange for a token",
  body: { schema: keyBody, example: { kind: "peer", name: "rucio-finder", days: 365 } },
  responses: {
    201: { description: "The key, shown this once.", schema: madeKey },
    409: { description: "The name is taken, or identity is off." },
    422: { description: "Its owner or its façade is missing, is none, or is not possible." },
  },
  async handler(ctx, { caller, body }) {
    const { most_files: mostFiles, ...wanted } = body;
    const { key: made, secret } = await createKey(ctx, caller, { ...wanted, mostFiles });
    return { status: 201, body: { key: keyView(made), secret } };
  },
});

export const revokeAccessKey = route({
  ...common,
  method: "delete",
  path: "/v1/access-keys/{id}",
  name: "revokeAccessKey",
  access: "key.change",
  summary: "Revoke a key, which ends at once",
  params: keyParams,
  responses: { 204: { description: "It is no longer valid." }, 409: identityOff },
  async handler(ctx, { caller, params }) {
    await revokeKey(ctx, caller, params.id);
    return { status: 204 };
  },
});

function keyView(row: KeyRow): z.input<typeof key> {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    owner: row.owner ?? null,
    facade: row.facade ?? null,
    roots: row.roots,
    most_files: row.mostFiles ?? null,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}
