// Mailgun's call that sends a mail: it takes what the real one takes, and refuses the rest.
import { type ReceivedCall, type StandIn, type StandInAnswer, startStandIn } from "./stand-in.ts";

export interface SentMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** all that was sent, by name */
  fields: Record<string, string>;
}

export interface Mailgun extends StandIn {
  key: string;
  domain: string;
  mails: SentMail[];
}

const key = "key-0f1e2d3c4b5a";
const domain = "mail.example.org";
const mostOptionBytes = 16_384;

export async function startMailgun(): Promise<Mailgun> {
  const mails: SentMail[] = [];

  async function answer(call: ReceivedCall): Promise<StandInAnswer> {
    const login = Buffer.from(`api:${key}`).toString("base64");
    if (call.headers.authorization !== `Basic ${login}`)
      return { status: 401, body: "Forbidden", headers: { "content-type": "text/plain" } };
    if (call.path !== `/v3/${domain}/messages`) return json(404, `Domain not found: ${call.path}`);
    if (call.method !== "POST") return json(405, "Method not allowed");
    const form = await formOf(call);
    if (form === undefined) return json(400, "Failed to parse request.");
    const field = (name: string) => String(form.get(name) ?? "");
    const to = form.getAll("to").flatMap((one) => String(one).split(","));
    const fields = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
    const wrong = wrongMail(field, to, fields);
    if (wrong !== undefined) return json(400, wrong);
    mails.push({
      from: field("from"),
      to,
      subject: field("subject"),
      text: field("text"),
      html: field("html"),
      fields,
    });
    const body = { id: `<${mails.length}@${domain}>`, message: "Queued. Thank you." };
    return { status: 200, body: JSON.stringify(body), headers: jsonType };
  }

  return { ...(await startStandIn(answer)), key, domain, mails };
}

/** Mailgun's words for what is wrong with it. */
function wrongMail(
  field: (name: string) => string,
  to: string[],
  fields: Record<string, string>,
): string | undefined {
  const missing = ["from", "to", "subject"].find((name) => field(name) === "");
  if (missing !== undefined) return `${missing} parameter is missing`;
  if (!["text", "html", "template"].some((name) => field(name) !== ""))
    return "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters";
  if (!to.every(isAddress))
    return "to parameter is not a valid address. please check documentation";
  const options = Object.entries(fields).filter(([name]) => /^[ohv]:/.test(name));
  return options.flat().join("").length > mostOptionBytes ? "too many options" : undefined;
}

const jsonType = { "content-type": "application/json" };

function json(status: number, message: string): StandInAnswer {
  return { status, body: JSON.stringify({ message }), headers: jsonType };
}

async function formOf({ headers, body }: ReceivedCall): Promise<FormData | undefined> {
  const type = headers["content-type"] ?? "";
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/.test(type)) return undefined;
  try {
    const received = new Response(new Uint8Array(body), { headers: { "content-type": type } });
    return await received.formData();
  } catch {
    return undefined;
  }
}

function isAddress(text: string): boolean {
  return /^\s*([^<>@]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)\s*$/.test(text);
}
