import type { IncomingMessage } from "node:http";
import { decodeUtf8, parseJson, readBytes } from "../../http/body.ts";
import { sanitizeText } from "../../http/text.ts";

/**
 * What finders and workers send: JSON from most, form-encoded from those of 2022. Characters no
 * database keeps are mended.
 */
export async function readJsonOrForm(
  request: IncomingMessage,
  limitMegabytes: number,
): Promise<unknown> {
  const text = decodeUtf8(await readBytes(request, limitMegabytes));
  const form =
    request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") &&
    !/^\s*[[{]/.test(text);
  if (!form) return sanitizeText(parseJson(text || "{}"), text);
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => [name, value.replaceAll("\0", "\ufffd")]),
  );
}
