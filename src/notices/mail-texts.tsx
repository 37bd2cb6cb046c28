// What is written in mails: as text, and the same as HTML.
import type { MailConfig } from "../settings/notices.ts";
import type { Addressee } from "../users/addressees.ts";
import type { EndedRequest } from "./done-store.ts";

interface MailText {
  subject: string;
  text: string;
  html: string;
}

interface Places {
  /** where this service is for people */
  publicUrl: string;
  docsUrl?: MailConfig["docsUrl"];
}

export function welcomeText(person: Addressee, { publicUrl, docsUrl }: Places): MailText {
  return mail("Welcome to Longshore", person, [
    "your account is approved: you may submit requests now.",
    { link: publicUrl, label: "Sign in" },
    docsUrl === undefined
      ? { link: `${publicUrl}/docs`, label: "The API" }
      : { link: `${docsUrl}/user/getting-started/`, label: "First steps" },
  ]);
}

export function rejectedText(person: Addressee, { publicUrl }: Places): MailText {
  return mail("Your account was not approved", person, [
    "your account was not approved. If you think that it should be, answer to the people who run " +
      "this service; this address reads no mail.",
    { link: publicUrl, label: "The service" },
  ]);
}

export function doneText(
  person: Addressee,
  request: EndedRequest & { id: string },
  { publicUrl }: Places,
): MailText {
  const { id, title, state, done, failed } = request;
  const name = title === null ? `The request ${id}` : `The request “${line(title, 120)}”`;
  const files = `${done} ${done === 1 ? "file" : "files"} done, ${failed} failed`;
  const ended = state === "failed" ? "has failed" : `is ${state}`;
  return mail(`Your request ${ended}`, person, [
    `${name} ${ended}: ${files}.`,
    { link: `${publicUrl}/requests/${id}`, label: "Its page" },
  ]);
}

type Part = string | { link: string; label: string };

/**
 * A name that its person has typed is not shown to an address that they have typed: with it, a
 * stranger could be written to in our name.
 */
function mail(subject: string, { name, emailVerified }: Addressee, parts: Part[]): MailText {
  const hello = emailVerified && name ? `Hello ${line(name, 80)},` : "Hello,";
  const text = [hello, ...parts.map(textOf)].join("\n\n");
  const html = String(
    <html lang="en">
      <body>
        <p>{hello}</p>
        {parts.map((part) => (
          <p>{typeof part === "string" ? part : <a href={part.link}>{part.label}</a>}</p>
        ))}
      </body>
    </html>,
  );
  return { subject, text: `${text}\n`, html };
}

function textOf(part: Part): string {
  return typeof part === "string" ? part : `${part.label}: ${part.link}`;
}

function line(text: string, most: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return (plain.length > most ? `${plain.slice(0, most - 1)}…` : plain).toWellFormed();
}
