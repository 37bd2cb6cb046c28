import type { ZodObject } from "zod";
import { RequestError } from "../errors.ts";
import { parseParameters } from "./parse.ts";

/** Parameters after `?`: known names only, each once, in valid percent-encoded UTF-8. */
export function parseQuery(schema: ZodObject | undefined, url: string): Record<string, unknown> {
  const start = url.indexOf("?");
  const values: Record<string, string> = {};
  if (start !== -1) {
    for (const pair of url.slice(start + 1).split("&")) {
      if (pair === "") continue;
      const [name, value] = readPair(pair);
      if (Object.hasOwn(values, name))
        throw new RequestError(
          400,
          "bad_query",
          `The query parameter ${JSON.stringify(name)} is given twice.`,
        );
      if (!schema)
        throw new RequestError(
          400,
          "bad_query",
          `The query parameter ${JSON.stringify(name.slice(0, 100))} is not known here; none is.`,
        );
      values[name] = value;
    }
  }
  return schema ? parseParameters(schema, values) : values;
}

function readPair(pair: string): [name: string, value: string] {
  const middle = pair.indexOf("=");
  const name = decode(middle === -1 ? pair : pair.slice(0, middle));
  const value = middle === -1 ? "" : decode(pair.slice(middle + 1));
  if (value.includes("\0") || name.includes("\0"))
    throw new RequestError(400, "bad_query", "The query contains a NUL character.");
  return [name, value];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    if (error instanceof URIError)
      throw new RequestError(
        400,
        "bad_encoding",
        `The query is not valid percent-encoded UTF-8: ${JSON.stringify(text.slice(0, 100))}.`,
      );
    throw error;
  }
}
