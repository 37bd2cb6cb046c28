import type { IncomingMessage } from "node:http";
import { decodeUtf8, parseJson, readBytes } from "../../http/json/read-bytes.ts";
import { defaultMostValues } from "../../http/json/read-json.ts";
import { sanitizeText } from "../../http/text.ts";
import { tooManyValues } from "../../json/refusals.ts";
import { JsonScan, scannedFromBytes } from "../../json/scan.ts";

const mostFields = 1_000;
const rules = { mostValues: defaultMostValues };

/**
 * What finders and workers send: JSON from most, form-encoded from those of 2022. Characters
 * that Postgres cannot store are replaced.
 */
export async function readJsonOrForm(
  request: IncomingMessage,
  limitMegabytes: number,
): Promise<unknown> {
  const saysForm = isForm(request);
  const bytes = await readBytes(request, limitMegabytes, saysForm ? undefined : rules);
  const text = decodeUtf8(bytes);
  if (!saysForm || /^\s*[[{]/.test(text)) {
    if (saysForm && bytes.length > scannedFromBytes) new JsonScan(rules).feed(bytes);
    return sanitizeText(parseJson(text || "{}"), text);
  }
  if (text.split("&", mostFields + 1).length > mostFields)
    throw tooManyValues(mostFields, "The form");
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => [name, value.replaceAll("\0", "\ufffd")]),
  );
}

export function isForm({ headers }: IncomingMessage): boolean {
  return headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
}
