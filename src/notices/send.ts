import type { Deps } from "../deps.ts";
import { isFinal } from "../requests/state.ts";
import { unseal } from "../seal.ts";
import { type Addressee, readAddressee } from "../users/addressees.ts";
import type { UserState } from "../users/state.ts";
import { endedRequest } from "./done-store.ts";
import { type Answer, sealPurpose } from "./enqueue.ts";
import { doneText, rejectedText, welcomeText } from "./mail-texts.tsx";
import { sendMail } from "./mailgun.ts";
import type { DueNotice } from "./notice-store.ts";
import type { Outcome } from "./outcome.ts";
import { postToSlack } from "./slack.ts";
import { signupMessage } from "./slack-messages.ts";
import type { NoticeKind } from "./state.ts";

export type SendDeps = Deps<"config" | "connectors" | "db" | "people" | "urls" | "verifyingKeys">;

/** Sends one message, as things stand now: with a person's present address. */
export async function send(ctx: SendDeps, notice: DueNotice): Promise<Outcome> {
  if (notice.kind === "answer") return sendAnswer(ctx, notice);
  const { user } = notice;
  const person =
    user === undefined ? undefined : await ctx.people.read((db) => readAddressee(db, user));
  if (!person) return never("The account is no longer there.");
  if (!isSaidOf[notice.kind].includes(person.state))
    return never(`The account is ${person.state} meanwhile.`);
  return notice.kind === "signup" ? announce(ctx, person) : mailTo(ctx, notice, person);
}

/** A message may have waited for days, and its account may have been decided on again. */
const isSaidOf: Record<Exclude<NoticeKind, "answer">, readonly UserState[]> = {
  signup: ["new", "pending"],
  welcome: ["approved"],
  rejected: ["rejected"],
  done: ["approved"],
};

async function announce({ config, connectors }: SendDeps, person: Addressee): Promise<Outcome> {
  const slack = config.identity?.slack;
  if (slack?.webhook === undefined) return never("SIGNUP_WEBHOOK_URL is no longer set.");
  const message = signupMessage(person, slack.signingSecret !== undefined);
  return postToSlack(connectors, slack.webhook, message);
}

async function sendAnswer(ctx: SendDeps, { sealed }: DueNotice): Promise<Outcome> {
  const text = sealed && unseal(ctx.verifyingKeys, sealPurpose, sealed);
  if (text === undefined) return never("The key that it was sealed with is no longer listed.");
  // It was sealed by this service.
  const { url, message } = JSON.parse(text) as Answer;
  return postToSlack(ctx.connectors, url, message);
}

async function mailTo(ctx: SendDeps, notice: DueNotice, person: Addressee): Promise<Outcome> {
  const mail = ctx.config.identity?.mail;
  if (mail === undefined) return never("MAILGUN_API_KEY is no longer set.");
  if (person.email === undefined) return never("The account has no email address.");
  const text = await textOf(ctx, notice, person);
  if ("problem" in text) return text;
  const id = `longshore-notice-${notice.id}`;
  return sendMail(mail, ctx.connectors, { id, to: person.email, ...text });
}

async function textOf(ctx: SendDeps, { kind, request }: DueNotice, person: Addressee) {
  const places = { publicUrl: ctx.urls.public(), docsUrl: ctx.config.identity?.mail?.docsUrl };
  if (kind === "welcome") return welcomeText(person, places);
  if (kind === "rejected") return rejectedText(person, places);
  const ended = request === undefined ? undefined : await endedRequest(ctx.db.query, request);
  if (request === undefined || !ended || !isFinal(ended.state))
    return never("The request was deleted, or its failed files were started again, meanwhile.");
  return doneText(person, { id: request, ...ended }, places);
}

function never(problem: string) {
  return { problem, again: "never" } as const;
}
