import { z } from "zod";
import {
  accessKinds,
  createKey,
  type KeyRow,
  keyFacades,
  listKeys,
  revokeKey,
} from "../../auth/keys/keys.ts";
import { route } from "../route.ts";
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

const keyBody = z
  .strictObject({
    kind: z.enum(accessKinds).meta({
      description: "key: does what its owner does, without accounts. peer: another service.",
    }),
    name: z.string().regex(/^[^\p{C}]{1,100}$/u, "1 to 100 characters without control characters"),
    owner: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "Of a key alone: the id of a person." }),
    days: z.number().min(0.1).max(36_500).optional(),
    facade: z.enum(keyFacades).optional().meta({ description: "It is for this façade alone." }),
    roots: z
      .array(z.string().regex(/^\/[^\p{Cc}]*$/u, "an absolute path"))
      .max(100)
      .optional()
      .meta({ description: "Of a façade: folders that it reaches, below those of the service." }),
    most_files: z
      .number()
      .int()
      .min(1)
      .max(100_000_000)
      .optional()
      .meta({ description: "Of a façade: files that may be asked for at once." }),
  })
  .meta({ id: "NewAccessKey" });

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
  params: z.object({ id: z.string().regex(/^[^\p{C}]{1,100}$/u) }),
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
