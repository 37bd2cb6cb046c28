// Rows of a ServiceX database (contract, section 7). Each passes a schema once.
import { z } from "zod";
import { sanitize } from "../requests/reports/sanitize.ts";
import type { OldDatabase } from "./old-database.ts";

/** SQLite has no booleans, and Postgres gives large numbers as text. */
const number = z
  .union([z.number(), z.bigint(), z.string().regex(/^-?\d+(\.\d+)?$/)])
  .transform(Number)
  .nullable();
export const id = number.pipe(z.int());
const yes = z.union([z.boolean(), z.number()]).nullable().transform(Boolean);
/** Only SQLite keeps a NUL, which Postgres takes in no text. */
const text = z.string().transform(sanitize).nullable();

export const user = z.object({
  id,
  email: text,
  name: text,
  institution: text,
  experiment: text,
  sub: text,
  admin: yes,
  pending: yes,
  refresh_token: text,
  created_at: text,
});
export type OldUser = z.output<typeof user>;

export const request = z.object({
  id,
  request_id: text,
  title: text,
  submit_time: text,
  finish_time: text,
  did: text,
  selection: text,
  tree_name: text,
  image: text,
  workers: number,
  result_destination: text,
  result_format: text,
  submitted_by: number,
  failure_description: text,
  status: text,
  files: number,
  did_id: number,
  files_completed: number,
  files_failed: number,
});
export type OldRequest = z.output<typeof request>;

export const file = z.object({
  id,
  adler32: text,
  file_size: number,
  file_events: number,
  paths: text,
});
export type OldFile = z.output<typeof file>;

export const result = z.object({
  id,
  file_id: id,
  file_path: text,
  transform_status: text,
  transform_time: number,
  total_events: number,
  total_bytes: number,
});
export type OldResult = z.output<typeof result>;

export const status = z.object({
  id,
  file_id: id,
  status: text,
  at: text,
  pod_name: text,
  info: text,
});
export type OldStatus = z.output<typeof status>;

/** Rejects for a row that has another shape. */
export async function readRows<Shape extends z.ZodType>(
  old: OldDatabase,
  shape: Shape,
  text: string,
  params: (string | number)[],
): Promise<z.output<Shape>[]> {
  return z.array(shape).parse(await old.rows(text, params));
}
