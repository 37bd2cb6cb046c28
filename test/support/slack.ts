// Slack, as far as a service meets it: a webhook, addresses for answers, and calls that it signs.
import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import { noteSecret } from "./leaks/heard.ts";
import { type ReceivedCall, type StandIn, type StandInAnswer, startStandIn } from "./stand-in.ts";

export const signingSecret = "0123456789abcdef0123456789abcdef";

export interface SlackPost {
  path: string;
  message: {
    text?: string;
    blocks?: Record<string, unknown>[];
    replace_original?: boolean;
    response_type?: string;
  };
}

export interface Slack extends StandIn {
  /** as Slack shows it; the stand-in answers in its place */
  webhook: string;
  /** A new address for the answer to an interaction. */
  responseUrl(): string;
  /** what it took */
  posts: SlackPost[];
  /** for the search in logs and tables */
  secrets: string[];
}

const host = "https://hooks.slack.com";
const mostAnswers = 5;

export async function startSlack(): Promise<Slack> {
  const secret = () => randomBytes(12).toString("hex");
  const webhook = `/services/T1/B1/${secret()}`;
  const answered = new Map<string, number>();
  const posts: SlackPost[] = [];
  const secrets = [webhook];

  function refusal(call: ReceivedCall): StandInAnswer | undefined {
    const uses = answered.get(call.path);
    if (call.path !== webhook && uses === undefined) return text(404, "no_service");
    if (call.method !== "POST") return text(405, "method_not_allowed");
    if ((uses ?? 0) >= mostAnswers) return text(404, "expired_url");
    const wrong = wrongMessage(call);
    return wrong === undefined ? undefined : text(400, wrong);
  }

  const standIn = await startStandIn((call) => {
    const refused = refusal(call);
    if (refused) return refused;
    const uses = answered.get(call.path);
    if (uses !== undefined) answered.set(call.path, uses + 1);
    posts.push({ path: call.path, message: messageOf(call.body) ?? {} });
    return text(200, "ok");
  });
  return {
    ...standIn,
    posts,
    secrets,
    webhook: host + webhook,
    responseUrl() {
      const path = `/actions/T1/${answered.size + 1}/${secret()}`;
      answered.set(path, 0);
      secrets.push(path);
      noteSecret("an address at Slack", path);
      return host + path;
    },
  };
}

const plainText = (most: number) =>
  z.object({ type: z.literal("plain_text"), text: z.string().min(1).max(most) });
const mrkdwn = z.object({
  type: z.literal("mrkdwn"),
  text: z.string().min(1).max(3_000),
  verbatim: z.boolean().optional(),
});

/** The limits of Block Kit. */
const blockKit = z
  .array(
    z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("section"),
        block_id: z.string().max(255).optional(),
        text: z.union([mrkdwn, plainText(3_000)]),
      }),
      z.strictObject({
        type: z.literal("context"),
        elements: z.array(z.union([mrkdwn, plainText(3_000)])).max(10),
      }),
      z.strictObject({
        type: z.literal("actions"),
        block_id: z.string().max(255).optional(),
        elements: z
          .array(
            z.strictObject({
              type: z.literal("button"),
              text: plainText(75),
              style: z.enum(["primary", "danger"]).optional(),
              action_id: z.string().max(255),
              value: z.string().max(2_000).optional(),
            }),
          )
          .max(25),
      }),
    ]),
  )
  .max(50);

const anyMessage = z.looseObject({
  text: z.string().optional(),
  blocks: z.array(z.record(z.string(), z.unknown())).optional(),
});

function messageOf(body: Buffer): SlackPost["message"] | undefined {
  try {
    return anyMessage.parse(JSON.parse(body.toString())) as SlackPost["message"];
  } catch {
    return undefined;
  }
}

/** Slack's word for what is wrong with it. */
function wrongMessage({ headers, body }: ReceivedCall): string | undefined {
  if (!/^application\/json\b/.test(headers["content-type"] ?? "")) return "invalid_payload";
  const read = messageOf(body);
  if (read === undefined) return "invalid_payload";
  if (!read.text && !read.blocks) return "no_text";
  return blockKit.safeParse(read.blocks ?? []).success ? undefined : "invalid_blocks";
}

function text(status: number, body: string): StandInAnswer {
  return { status, body, headers: { "content-type": "text/plain" } };
}

export interface Pressed {
  account: string;
  action?: string;
  user?: string;
  team?: string;
  responseUrl?: string | undefined;
}

/** What Slack sends of a button, as a form. */
export function pressed({
  account,
  action = "accept_user",
  user = "U1",
  team = "T1",
  responseUrl,
}: Pressed): string {
  return formOf({
    type: "block_actions",
    user: { id: user, username: "ada", name: "ada", team_id: team },
    api_app_id: "A1",
    team: { id: team, domain: "facility" },
    container: { type: "message", message_ts: "1767225600.1", channel_id: "C1" },
    channel: { id: "C1", name: "sign-ups" },
    trigger_id: "1.2.3",
    ...(responseUrl !== undefined && { response_url: responseUrl }),
    actions: [
      {
        action_id: action,
        block_id: "decide",
        type: "button",
        value: account,
        action_ts: `${Date.now()}`,
      },
    ],
  });
}

export function formOf(payload: object): string {
  return `payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

export interface Signing {
  /** seconds from now */
  later?: number;
  secret?: string;
  version?: string;
}

/** The headers that Slack sends with this body. */
export function signed(
  body: string,
  { later = 0, secret = signingSecret, version = "v0" }: Signing = {},
): Record<string, string> {
  const time = String(Math.floor(Date.now() / 1_000) + later);
  const signature = createHmac("sha256", secret).update(`${version}:${time}:${body}`).digest("hex");
  return {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": time,
    "x-slack-signature": `${version}=${signature}`,
  };
}
