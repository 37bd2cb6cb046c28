import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { decodeUtf8, parseJson, readBytes } from "../../http/json/read-bytes.ts";
import { defaultMostValues } from "../../http/json/read-json.ts";
import { libraryName } from "../../operations/stage/settings.ts";
import { badFields } from "./errors.ts";

const mostMegabytes = 1;
const plainText = z.string().regex(/^[^\p{Cc}]{1,200}$/u, "1 to 200 characters on one line");

/** Other keys are ignored, as LTFSEE Globus does. */
export const fileStateBody = z.object({ path: z.string() });
export const recallBody = z.object({
  path: z.string(),
  globus_taskid: plainText,
  library: z.string().regex(libraryName, "no name of a library").optional(),
});

/** The JSON that a call has, whatever it is. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) throw noObject();
  const bytes = await readBytes(request, mostMegabytes, { mostValues: defaultMostValues });
  return parseJson(decodeUtf8(bytes));
}

/** Errors are by field, in the words of LTFSEE Globus for a field that is missing. */
export function parseBody<Body extends z.ZodType>(schema: Body, body: unknown): z.output<Body> {
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw noObject();
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => {
    const field = String(path[0] ?? "");
    const given: unknown = Object.getOwnPropertyDescriptor(body, field)?.value;
    if (given === undefined) return { pointer: field, detail: `'${field}' is a required property` };
    const isText = typeof given === "string";
    return {
      pointer: field,
      detail: isText ? message : `${inPython(given)} is not of type 'string'`,
    };
  });
  throw badFields(errors);
}

/** LTFSEE Globus shows a value as Python does. */
function inPython(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value).slice(0, 200);
}

function noObject() {
  return badFields([{ pointer: "", detail: "The body is not of type 'object', as JSON." }]);
}
