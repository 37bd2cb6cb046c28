import { z } from "zod";
import { type Binding, bindingKinds } from "../../users/bindings.ts";
import type { Group, Member } from "../../users/groups.ts";
import { id } from "./people.ts";
import { time } from "./request.ts";

export const groupParams = z.object({ id: z.uuid().meta({ description: "The group's id." }) });

export const memberParams = z.object({
  id: z.uuid().meta({ description: "The group's id." }),
  user: id.meta({ description: "The id of a person's account." }),
});

export const group = z
  .object({
    id: z.string(),
    name: z.string(),
    created_at: time,
    members: z.number().int(),
    bindings: z.number().int().meta({ description: "How many bindings name the group." }),
  })
  .meta({ id: "Group" });

export const groupList = z.object({ items: z.array(group) });

export const groupBody = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\p{C}]{1,100}$/u, "1 to 100 characters without control characters")
      .transform((name) => name.trim())
      .refine((name) => name !== "", "more than spaces"),
  })
  .meta({ id: "NewGroup" });

export const memberList = z.object({
  items: z.array(
    z
      .object({ user: z.string(), name: z.string().nullable(), email: z.string().nullable() })
      .meta({ id: "GroupMember" }),
  ),
});

const kind = z.enum(bindingKinds);
const target = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes("\0"), "no NUL character");

export const binding = z
  .strictObject({
    kind,
    target: target.meta({
      description:
        "root: a folder's absolute path; host: as in INPUT_HOSTS; dataset: a name with its " +
        "scheme, in which * is any characters.",
    }),
    group: z.uuid().meta({ description: "The group's id." }),
  })
  .meta({ id: "Binding" });

export const bindingQuery = z.strictObject({ kind, target, group: z.uuid() });

export const bindingList = z.object({ items: z.array(binding) });

export function groupView({ createdAt, ...rest }: Group): z.input<typeof group> {
  return { ...rest, created_at: createdAt.toISOString() };
}

export function memberView({ user, name, email }: Member) {
  return { user, name: name ?? null, email: email ?? null };
}

export function bindingView({ kind, target, group }: Binding): z.input<typeof binding> {
  return { kind, target, group };
}
