// The tasks of version 1, with its words for what is wrong with them.
import { countries } from "../../operations/extract/countries.ts";
import type { ErrorsByKey } from "./errors.ts";
import { boxOf, pointOf } from "./numbers.ts";

type Need = "bbox" | "country" | "point";

interface Task {
  operation: string;
  needs?: Need;
  /** lines of date and mean, or value */
  flags?: { compute_mean?: true; output_csv: true };
}

const meanAsCsv = { compute_mean: true, output_csv: true } as const;

const tasks = new Map<unknown, Task>([
  ["cutout_bbox", { operation: "cutout_bbox", needs: "bbox" }],
  ["mask_bbox", { operation: "mask_bbox", needs: "bbox" }],
  ["mask_country", { operation: "mask_country", needs: "country" }],
  ["mask_landonly", { operation: "mask_landonly" }],
  ["select_bbox", { operation: "select_bbox", needs: "bbox", flags: meanAsCsv }],
  ["select_country", { operation: "mask_country", needs: "country", flags: meanAsCsv }],
  ["select_point", { operation: "select_point", needs: "point", flags: { output_csv: true } }],
]);

/** The operation of `extract` that the task is; what is wrong is put into `errors`. */
export function checkTask(
  data: Record<string, unknown>,
  errors: ErrorsByKey,
): Record<string, unknown> {
  const task = tasks.get(data.task);
  if (!task) errors.task = "task needs to be provided";
  const given = {
    bbox: data.bbox === undefined ? undefined : boxOf(data.bbox, cornersOfBox),
    country: data.country === undefined ? undefined : countryOf(data.country),
    point: data.point === undefined ? undefined : placeOf(data.point),
  };
  if (typeof given.bbox === "string") errors.bbox = given.bbox;
  else if (typeof given.point === "string") errors.bbox = given.point;
  if (given.country === undefined && data.country !== undefined)
    errors.country = "country not in the list of supported countries (e.g. DEU)";
  const need = task?.needs;
  if (need && data[need] === undefined) errors.args = `${need} needs to be provided`;
  return { operation: task?.operation, ...(need && { [need]: given[need] }), ...task?.flags };
}

const cornersOfBox = ["south", "north", "west", "east"] as const;

/** Version 1 calls a bad point a bad box. */
function placeOf(value: unknown): { lat: number; lon: number } | string {
  const found = Array.isArray(value) ? pointOf(value, "latlon") : "";
  return typeof found === "string" && (found === "" || found.includes("of the form"))
    ? "bbox is not of the form [%f, %f]"
    : found;
}

function countryOf(value: unknown): string | undefined {
  const isKnown = typeof value === "string" && countries.includes(value.toUpperCase());
  return isKnown ? value.toLowerCase() : undefined;
}
