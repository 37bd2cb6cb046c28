import type { components } from "../../api-types.ts";
import type { StepInput } from "../../views.ts";
import { usedWrongly } from "../exits.ts";

type Format = NonNullable<components["schemas"]["TransformStep"]["format"]>;

export const formats: readonly Format[] = ["parquet", "csv", "json"];

export interface StepOptions {
  sql?: string;
  format?: Format;
  operation?: string;
  settings?: string;
  steps?: string;
}

/** Exactly one of --sql, --operation and --steps. The service checks the contents. */
export function stepsOf({ sql, format, operation, settings, steps }: StepOptions): StepInput[] {
  const given = [sql, operation, steps].filter((value) => value !== undefined).length;
  if (given !== 1)
    throw usedWrongly(
      `Give one of --sql, --operation and --steps${given === 0 ? "" : ", not several"}.`,
    );
  if (format !== undefined && sql === undefined) throw usedWrongly("--format is only for --sql.");
  if (settings !== undefined && operation === undefined)
    throw usedWrongly("--settings is only for --operation.");
  if (sql !== undefined)
    return [
      { operation: "transform", generator: "sql", selection: sql, format: format ?? "parquet" },
    ];
  if (operation !== undefined) return [{ ...objectOf(settings ?? "{}"), operation } as StepInput];
  return listOf(steps ?? "");
}

function objectOf(text: string): object {
  const value = parseJson("--settings", text, "a JSON object");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw usedWrongly("--settings must be a JSON object.");
}

function listOf(text: string): StepInput[] {
  const value = parseJson("--steps", text, 'a JSON list such as [{"operation":"noop"}]');
  if (Array.isArray(value)) return value as StepInput[];
  throw usedWrongly('--steps must be a JSON list such as [{"operation":"noop"}].');
}

function parseJson(option: string, text: string, allowed: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usedWrongly(`${option} must be ${allowed}: ${(error as Error).message}.`);
  }
}
