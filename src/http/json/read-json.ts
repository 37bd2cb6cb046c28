import type { IncomingMessage } from "node:http";
import { RequestError } from "../../errors.ts";
import { checkText, sanitizeText, type TextRule } from "../text.ts";
import { checkContentType } from "./content-type.ts";
import { decodeUtf8, parseJson, readBytes } from "./read-bytes.ts";

export interface BodyLimits {
  megabytes: number;
  /** most keys and values; default: 50,000, which take a few milliseconds */
  mostValues?: number | undefined;
}

export const defaultMostValues = 50_000;

/**
 * The JSON of a body. Refuses what is too large, in another encoding, or has characters that
 * Postgres cannot store.
 */
export async function readJson(
  request: IncomingMessage,
  { megabytes, mostValues = defaultMostValues }: BodyLimits,
  textRule: TextRule,
): Promise<unknown> {
  checkContentType(request);
  return jsonOf(await readBytes(request, megabytes, { mostValues }), textRule);
}

export function jsonOf(bytes: Buffer, textRule: TextRule): unknown {
  if (bytes.length === 0)
    throw new RequestError(400, "bad_json", "The body is empty; a JSON object is expected.");
  const json = decodeUtf8(bytes);
  const value = parseJson(json);
  return textRule === "replace" ? sanitizeText(value, json) : checkText(value, json);
}
