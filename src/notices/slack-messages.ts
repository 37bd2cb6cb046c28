// What is written to Slack. Texts of people are no markup there.
import type { Addressee } from "../users/addressees.ts";

export interface SlackMessage {
  text: string;
  blocks?: object[];
  response_type?: "ephemeral";
  replace_original?: boolean;
}

export const actionIds = { approve: "accept_user", reject: "reject_user" } as const;

/** `withButtons`: somebody can act on them. */
export function signupMessage(person: Addressee, withButtons: boolean): SlackMessage {
  const buttons = {
    type: "actions",
    block_id: "decide",
    elements: [
      button("Approve", "primary", actionIds.approve, person.id),
      button("Reject", "danger", actionIds.reject, person.id),
    ],
  };
  return { text: headline(person), blocks: [about(person), ...(withButtons ? [buttons] : [])] };
}

/** In place of the message whose button was pressed. */
export function decidedMessage(person: Addressee, sentence: string): SlackMessage {
  const context = { type: "context", elements: [{ type: "mrkdwn", text: sentence }] };
  return {
    text: `${headline(person)} ${sentence}`,
    blocks: [about(person), context],
    replace_original: true,
  };
}

/** For whoever pressed the button alone. */
export function privateMessage(sentence: string): SlackMessage {
  return { text: escaped(sentence, 2_000), response_type: "ephemeral", replace_original: false };
}

function headline(person: Addressee): string {
  return `New sign-up: ${escaped(person.name ?? person.email ?? person.id)}.`;
}

function about({ id, name, email, emailVerified, institution, experiment }: Addressee) {
  const lines = [
    ["Name", name],
    [emailVerified ? "Email" : "Email (not verified)", email],
    ["Institution", institution],
    ["Experiment", experiment],
    ["Account", id],
  ].flatMap(([label, value]) => (value ? [`${label}: ${escaped(value)}`] : []));
  return {
    type: "section",
    // verbatim: addresses and names of channels in it become no links
    text: { type: "mrkdwn", text: ["*New sign-up*", ...lines].join("\n"), verbatim: true },
  };
}

function button(text: string, style: string, actionId: string, value: string) {
  return {
    type: "button",
    text: { type: "plain_text", text },
    style,
    action_id: actionId,
    value,
  };
}

/** One line; Slack's markup is made of these three characters alone where it leads anywhere. */
function escaped(text: string, most = 200): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").toWellFormed();
  const cut = line.length > most ? `${line.slice(0, most - 1)}…` : line;
  return cut
    .toWellFormed()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
