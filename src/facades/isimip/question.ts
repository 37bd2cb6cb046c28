// What a job asks, as both versions of the API understand it.
import type { Readable } from "node:stream";

export type Version = "v1" | "v2";

/** A file that came with the job. */
export interface Upload {
  name: string;
  /** bytes */
  size: number;
  sha256: string;
  open(): Readable;
}

export interface Question {
  version: Version;
  /** below ISIMIP_INPUT_PATH, as they were sent */
  paths: string[];
  /** of the operation `extract`, as its schema takes them */
  operations: Record<string, unknown>[];
  /** those that the operations read */
  uploads: Upload[];
  /** what of it is not done */
  notes: string[];
}

/** What Python takes for nothing. */
export function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (value === 0 || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What somebody sent, within a sentence. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.slice(0, 200).toWellFormed();
}
