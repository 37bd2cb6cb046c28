import { z } from "zod";
import { scopes } from "../../auth/caller.ts";
import type { TokenRow } from "../../auth/tokens/tokens.ts";
import { time } from "./request.ts";

export const tokenParams = z.object({ id: z.uuid().meta({ description: "The token's id." }) });

export const token = z
  .object({
    id: z.string(),
    owner: z.string().meta({ description: "The id of the person whose token it is." }),
    name: z.string(),
    scopes: z.array(z.enum(scopes)),
    made_by: z.enum(["page", "api", "device", "command", "import"]),
    created_at: time,
    expires_at: time.nullable().meta({ description: "Null: it is good until it is revoked." }),
    last_used_at: time.nullable().meta({ description: "To a minute." }),
  })
  .meta({ id: "ApiToken" });

export const tokenList = z.object({ items: z.array(token) });

export const madeToken = z
  .object({
    token,
    secret: z.string().meta({ description: "The API token itself. It is never shown again." }),
    servicex_yaml: z.string().meta({ description: "The settings of ServiceX's clients, with it." }),
  })
  .meta({ id: "MadeApiToken" });

export const tokenBody = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\p{C}]{1,100}$/u, "1 to 100 characters without control characters")
      .transform((name) => name.trim())
      .refine((name) => name !== "", "more than spaces"),
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(scopes.length)
      .default(["read", "submit"])
      .meta({ description: "read: look at what is there; submit: also change one's own; admin." }),
    days: z
      .number()
      .positive()
      .max(36_500)
      .optional()
      .meta({ description: "How long it is good. Default: as long as the facility allows." }),
  })
  .meta({ id: "NewApiToken" });

export const listQuery = z.strictObject({
  owner: z.string().min(1).max(200).optional().meta({ description: "For administrators." }),
});

export function tokenView(row: TokenRow): z.input<typeof token> {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    scopes: row.scopes,
    made_by: row.madeBy,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}
