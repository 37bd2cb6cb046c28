import type { IncomingMessage } from "node:http";
import { decodeUtf8, readBytes } from "./json/read-bytes.ts";

export const formType = "application/x-www-form-urlencoded";

/** The fields of a form; undefined for bodies of other types, such as JSON or plain text. */
export async function readFields(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== formType) return undefined;
  return new URLSearchParams(decodeUtf8(await readBytes(request, 1)));
}
