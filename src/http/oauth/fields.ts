import type { IncomingMessage } from "node:http";
import { formType, readFields } from "../form.ts";
import { invalidRequest } from "./errors.ts";

export type Fields = ReadonlyMap<string, string>;

/** What a program sends: each field once. One without a value counts as left out. */
export async function readOnce(request: IncomingMessage): Promise<Fields> {
  const sent = await readFields(request);
  if (!sent) throw invalidRequest(`The body must be a form: ${formType}.`);
  const fields = new Map<string, string>();
  for (const [name, value] of sent) {
    if (value === "") continue;
    if (fields.has(name)) throw invalidRequest(`${name.slice(0, 100)} is there more than once.`);
    fields.set(name, value);
  }
  return fields;
}

export function required(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw invalidRequest(`${name} is missing.`);
  return value;
}

export function optional(fields: Fields, name: string): string | undefined {
  return fields.get(name);
}
