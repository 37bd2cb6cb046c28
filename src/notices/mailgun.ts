import { z } from "zod";
import { withoutSecrets } from "../addresses/shown.ts";
import type { MailConfig } from "../settings/notices.ts";
import { within } from "../time.ts";
import type { Connectors } from "./connectors.ts";
import { type Outcome, passes } from "./outcome.ts";

export interface Mail {
  /** the same for each try, by which a mailbox knows a mail that arrives twice */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** With a comma it would be two addresses, with a bracket a name and another address. */
const oneAddress = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,255}$/;

export async function sendMail(
  { key, domain, region }: MailConfig,
  { mailgun, timeoutMilliseconds }: Pick<Connectors, "mailgun" | "timeoutMilliseconds">,
  { id, to, subject, text, html }: Mail,
): Promise<Outcome> {
  if (!oneAddress.test(to))
    return { problem: "The account's email address is not a valid one.", again: "never" };
  const { default: Mailgun } = await import("mailgun.js");
  // With `fetch` no proxy of the environment is used, which would be shown the mail.
  const client = new Mailgun(FormData).client({
    username: "api",
    key,
    url: mailgun[region],
    timeout: timeoutMilliseconds,
    useFetch: true,
  });
  const sending = client.messages.create(domain, {
    from: `Longshore <noreply@${domain}>`,
    to: [to],
    subject,
    text,
    html,
    "h:Message-Id": `<${id}@${domain}>`,
    "h:Auto-Submitted": "auto-generated",
    "o:tracking": false,
  });
  try {
    const { id: taken } = await within(1.5 * timeoutMilliseconds, sending);
    if (taken) return "sent";
    return { problem: "Mailgun answered, but did not say that it took the mail.", again: "later" };
  } catch (error) {
    return failureOf(error);
  }
}

const apiError = z.object({
  type: z.literal("MailgunAPIError"),
  status: z.number(),
  message: z.string(),
  details: z.unknown(),
});

/**
 * A connection that broke or took too long has the status 400 here, and a code of Node or of its
 * HTTP client where others have the words of the status.
 */
const brokenConnection = /^(?:E[A-Z]+|ERR_[A-Z_]+|UND_ERR_[A-Z_]+)?$/;

function failureOf(error: unknown): Outcome {
  const { data } = apiError.safeParse(error);
  if (data === undefined) return { problem: "Mailgun did not answer in time.", again: "later" };
  const { status, message, details } = data;
  if (status === 400 && brokenConnection.test(message))
    return { problem: `Mailgun was not reached (${message || "it broke off"}).`, again: "later" };
  const words = typeof details === "string" && details !== "" ? details : message;
  const problem = `Mailgun answered ${status} (${shown(words)}).`;
  if (status === 404) return { problem, again: "once" };
  return { problem, again: passes(status) ? "later" : "never" };
}

function shown(words: string): string {
  return withoutSecrets(
    words
      .slice(0, 200)
      .toWellFormed()
      .replaceAll(/\p{C}+/gu, " "),
  ).trim();
}
