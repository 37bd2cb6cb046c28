import type { IncomingMessage } from "node:http";
import { RequestError } from "../errors.ts";
import { formType, readFields } from "../http/form.ts";

/** The fields of a form. Other content types, such as JSON or plain text, are refused. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const fields = await readFields(request);
  if (fields) return fields;
  throw new RequestError(
    415,
    "unsupported_media_type",
    `This address takes what a form of a page sends: ${formType}. Programs use /v1.`,
  );
}
