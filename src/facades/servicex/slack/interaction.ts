// What Slack sends when somebody presses a button.
import { z } from "zod";
import { decodeUtf8 } from "../../../http/json/read-bytes.ts";
import { actionIds } from "../../../notices/slack-messages.ts";
import { badRequest } from "../errors.ts";

/** The letters of an id; Postgres takes no NUL. */
const id = z.string().regex(/^[^\p{Cc}]{1,200}$/u);

const action = z.object({
  action_id: z.enum(actionIds),
  /** the account */
  value: id,
  action_ts: z.string().max(100).optional(),
});

/** Ours are the buttons of a sign-up; whatever else Slack tells is not for us. */
export const interaction = z.object({
  type: z.literal("block_actions"),
  user: z.object({ id, team_id: z.string().max(100).nullish() }),
  team: z.object({ id: z.string().max(100) }).nullish(),
  response_url: z.string().max(2_000).optional(),
  actions: z.tuple([action], z.unknown()),
});
export type Interaction = z.output<typeof interaction>;

/**
 * Whether these bytes are a button of ours. Throws 400 for what is no payload. Bolt answers what it
 * does not know after three seconds, with an error.
 */
export function isOurs(raw: Buffer): boolean {
  const payload = new URLSearchParams(decodeUtf8(raw)).get("payload");
  if (payload === null) throw badRequest("The form has no field payload.");
  return interaction.safeParse(parsed(payload)).success;
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw badRequest("The field payload is not valid JSON.");
  }
}
