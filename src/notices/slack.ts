import { z } from "zod";
import type { Connectors } from "./connectors.ts";
import { type Outcome, passes, retryAfterSeconds } from "./outcome.ts";
import type { SlackMessage } from "./slack-messages.ts";

const host = "hooks.slack.com";

/**
 * Whether an address is one of Slack's own hooks: whoever signs a call could name any other in it,
 * such as one of this network.
 */
export function isSlackHook(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, port, username, password } = new URL(address);
  return protocol === "https:" && hostname === host && `${port}${username}${password}` === "";
}

/** `address`: a webhook, or where Slack wants the answer to a button. Holds a secret. */
export async function postToSlack(
  { slack, timeoutMilliseconds }: Pick<Connectors, "slack" | "timeoutMilliseconds">,
  address: string,
  message: SlackMessage,
): Promise<Outcome> {
  if (!isSlackHook(address))
    return { problem: `The address to answer to is not one of ${host}.`, again: "never" };
  const { pathname, search } = new URL(address);
  try {
    const response = await fetch(`${slack}${pathname}${search}`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(message),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    if (response.status !== 200) return failureOf(response, await response.text());
    // It is taken, whatever becomes of the rest of the answer.
    await response.body?.cancel();
    return "sent";
  } catch (error) {
    return { problem: `Slack was not reached (${reasonOf(error)}).`, again: "later" };
  }
}

function failureOf({ status, headers }: Response, body: string): Outcome {
  // Anything else than one of Slack's words is a page of something in between.
  const word = /^[a-z_]{1,60}$/.test(body) ? ` (${body})` : "";
  return {
    problem: `Slack answered ${status}${word}.`,
    again: passes(status) ? "later" : "never",
    afterSeconds: retryAfterSeconds(headers.get("retry-after"), new Date()),
  };
}

const failed = z.object({ name: z.string(), cause: z.object({ code: z.string() }).optional() });

/** The message of an error could quote the address. */
function reasonOf(error: unknown): string {
  const { data } = failed.safeParse(error);
  if (data?.name === "TimeoutError") return "no answer in time";
  return data?.cause?.code ?? "the connection broke";
}
