import { z } from "zod";
import { scopes } from "../../auth/caller.ts";
import type { ActRow } from "../../users/acts.ts";
import type { PersonRow } from "../../users/people.ts";
import type { OwnProfile } from "../../users/profile.ts";
import { userStates } from "../../users/state.ts";
import { cursor, limit } from "./params.ts";
import { time } from "./request.ts";

/** of an account */
export const id = z.string().regex(/^[^\p{C}]{1,200}$/u, "1 to 200 characters");

export const personParams = z.object({
  user: id.meta({
    description: "The account's id.",
    example: "0b54a6cc-1a5e-4c0b-9d37-53a1d6a2f0aa",
  }),
});

export const peopleQuery = z.strictObject({
  state: z
    .enum(userStates)
    .optional()
    .meta({ description: "Only accounts in this state. Default: all that are not deleted." }),
  cursor,
  limit: limit(500, 100),
});

const shared = {
  id: z.string(),
  state: z.enum(userStates),
  admin: z.boolean(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  email_verified: z.boolean().meta({
    description: "Their provider says that it is theirs; otherwise they have typed it.",
  }),
  institution: z.string().nullable(),
  experiment: z.string().nullable(),
};

export const person = z
  .object({
    ...shared,
    number: z.number().int().meta({ description: "As ServiceX's calls name the account." }),
    created_at: time,
    state_at: time.meta({ description: "Since when it is in this state." }),
    seen_at: time.nullable().meta({ description: "When the person signed in last." }),
  })
  .meta({ id: "Account" });

export const peoplePage = z.object({ items: z.array(person), next: z.string().nullable() });

export const me = z
  .object({
    ...shared,
    mail_when_done: z.boolean(),
    may_type_email: z.boolean().meta({ description: "No sign-in gives an address." }),
    scopes: z
      .array(z.enum(scopes))
      .nullable()
      .meta({ description: "What the calling token is limited to; null: nothing." }),
  })
  .meta({ id: "OwnAccount" });

const line = (most: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[^\\p{C}]{1,${most}}$`, "u"),
      `1 to ${most} characters without control characters`,
    )
    .transform((text) => text.trim())
    .refine((text) => text !== "", "more than spaces");

export const profileBody = z
  .strictObject({
    name: line(120),
    institution: line(200),
    experiment: line(100).nullish().meta({ description: "Such as ATLAS or CMS." }),
    mail_when_done: z.boolean().default(false).meta({
      description: "Mail at the end of each request, where this service sends mail.",
    }),
    email: z
      .email()
      .max(254)
      .optional()
      .meta({ description: "Only where no sign-in gives one. Default: as it is." }),
  })
  .meta({ id: "Profile" });

export const actsQuery = z.strictObject({
  subject: id.optional().meta({ description: "Only acts on this account, token or message." }),
  actor: id.optional().meta({ description: "Only acts of this account." }),
  act: z
    .string()
    .regex(/^[a-z_.]{1,50}$/)
    .optional()
    .meta({ description: "Only acts of this kind, such as user.approve." }),
  cursor,
  limit: limit(500, 100),
});

export const act = z
  .object({
    id: z.number().int(),
    at: time,
    actor: z.string().meta({ description: "The id of an account, or a name such as slack:U1." }),
    actor_kind: z.string(),
    address: z
      .string()
      .nullable()
      .meta({ description: "Where the call came from; null of what was no call." }),
    act: z.string(),
    subject: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Act" });

export const actPage = z.object({ items: z.array(act), next: z.string().nullable() });

export function personView(row: PersonRow): z.input<typeof person> {
  return {
    ...sharedView(row),
    number: row.number,
    created_at: row.createdAt.toISOString(),
    state_at: row.stateAt.toISOString(),
    seen_at: row.seenAt?.toISOString() ?? null,
  };
}

/** Undefined with identity off. */
export function meView(profile: OwnProfile | undefined): z.input<typeof me> {
  if (!profile) return localView;
  return {
    ...sharedView(profile),
    mail_when_done: profile.mailWhenDone,
    may_type_email: profile.mayTypeEmail,
    scopes: profile.scopes ? [...profile.scopes] : null,
  };
}

const localView: z.input<typeof me> = {
  id: "local",
  state: "approved",
  admin: true,
  name: null,
  email: null,
  email_verified: false,
  institution: null,
  experiment: null,
  mail_when_done: false,
  may_type_email: false,
  scopes: null,
};

function sharedView(row: PersonRow) {
  return {
    id: row.id,
    state: row.state,
    admin: row.admin,
    name: row.name ?? null,
    email: row.email ?? null,
    email_verified: row.emailVerified,
    institution: row.institution ?? null,
    experiment: row.experiment ?? null,
  };
}

export function actView(row: ActRow): z.input<typeof act> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    actor_kind: row.actorKind,
    address: row.address ?? null,
    act: row.act,
    subject: row.subject ?? null,
    detail: row.detail,
  };
}
