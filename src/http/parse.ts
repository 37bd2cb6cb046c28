import type { ZodObject, ZodType, z } from "zod";
import { notFound, RequestError } from "../errors.ts";
import { fieldErrors, mostErrors } from "./sentences.ts";

/** Parses a body; every error is reported with its place. */
export function parse<Schema extends ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw badInput(fieldErrors(schema, parsed.error.issues, []));
}

export function badInput(errors: { pointer: string; detail: string }[]): RequestError {
  const [first] = errors;
  const isCut = errors.length > mostErrors;
  const others = isCut ? `at least ${mostErrors}` : errors.length - 1;
  const more = errors.length > 1 ? ` (and ${others} more)` : "";
  return new RequestError(
    400,
    "bad_input",
    `${first?.detail ?? "The input is wrong."}${more}`,
    errors.slice(0, mostErrors),
  );
}

/** Parameters are named by their names, the places in a body by JSON pointers. */
export function parseParameters<Schema extends ZodType>(
  schema: Schema,
  values: Record<string, unknown>,
): z.output<Schema> {
  const parsed = schema.safeParse(values, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(schema, parsed.error.issues, []);
  throw badInput(errors.map(({ pointer, detail }) => ({ pointer: pointer.slice(1), detail })));
}

const nouns: Record<string, string> = { id: "request", file: "file", dataset: "dataset" };

/** What cannot be an id is an unknown id. */
export function parsePathParameters<Params extends ZodObject>(
  schema: Params,
  values: Record<string, unknown>,
): z.output<Params> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? "id");
  throw notFound(nouns[name] ?? name, String(values[name]).slice(0, 100));
}
