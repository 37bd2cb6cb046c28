import type { IncomingMessage } from "node:http";
import { RequestError } from "../errors.ts";
import { decodeUtf8, readBytes } from "../http/json/read-bytes.ts";

const formType = "application/x-www-form-urlencoded";

/** The fields of a form. Other content types, such as JSON or plain text, are refused. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== formType)
    throw new RequestError(
      415,
      "unsupported_media_type",
      `This address takes what a form of a page sends: ${formType}. Programs use /v1.`,
    );
  return new URLSearchParams(decodeUtf8(await readBytes(request, 1)));
}
