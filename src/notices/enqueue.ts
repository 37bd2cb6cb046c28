// What becomes a message: it is added in the transaction of what it tells, and sent by the leader.
import { createHash } from "node:crypto";
import type { Deps } from "../deps.ts";
import { seal } from "../seal.ts";
import type { NewNotice } from "./notice-store.ts";
import { isSlackHook } from "./slack.ts";
import type { SlackMessage } from "./slack-messages.ts";

export { addNotices, type NewNotice } from "./notice-store.ts";

/** Notify it after the transaction, so that messages are sent at once. */
export const noticesChannel = "notices";

/** Somebody waits for approval. Undefined where nothing is told of it. */
export function signupNotice({ config }: Deps<"config">, user: string): NewNotice | undefined {
  if (config.identity?.slack?.webhook === undefined) return undefined;
  return { kind: "signup", key: `signup ${user}`, user };
}

export function decisionNotice(
  { config }: Deps<"config">,
  kind: "welcome" | "rejected",
  user: string,
): NewNotice | undefined {
  if (config.identity?.mail === undefined) return undefined;
  return { kind, key: `${kind} ${user}`, user };
}

export interface Answer {
  /** where Slack wants it; its holder may write there */
  url: string;
  message: SlackMessage;
}

/** `press`: what tells one press of a button from another, however often Slack sends it. */
export function answerNotice(
  { verifyingKeys }: Deps<"verifyingKeys">,
  { url, message }: Answer,
  press: string,
): NewNotice | undefined {
  if (!isSlackHook(url)) return undefined;
  const about = createHash("sha256").update(`${press} ${url}`).digest("hex");
  const sealed = seal(verifyingKeys, sealPurpose, JSON.stringify({ url, message }));
  return { kind: "answer", key: `answer ${about}`, sealed };
}

export const sealPurpose = "longshore sealed notices 1";
