// The operations of version 2, with its words for what is wrong with them.
import { countries } from "../../operations/extract/countries.ts";
import { attachmentName } from "../../operations/extract/settings.ts";
import { boxOf, type PointOrder, pointOf } from "./numbers.ts";
import { isNothing, isObject, shown } from "./question.ts";

export interface OperationRules {
  mostOperations: number;
  pointOrder: PointOrder;
}

interface Checked {
  operations: Record<string, unknown>[];
  errors: string[];
  notes: string[];
}

type Given = Record<string, unknown>;
/** What the operation is given for it, or what is wrong. */
type Check = (given: Given, rules: OperationRules) => Given | string;

const bbox: Check = ({ bbox: value }) => {
  if (value === undefined) return "bbox is missing";
  const box = boxOf(value, ["west", "east", "south", "north"]);
  return typeof box === "string" ? box : { bbox: box };
};

const point: Check = ({ point: value }, { pointOrder }) => {
  if (value === undefined) return "point is missing";
  const found = pointOf(value, pointOrder);
  return typeof found === "string" ? found : { point: found };
};

const country: Check = ({ country: value }) => {
  if (value === undefined) return "country is missing";
  if (typeof value === "string" && countries.includes(value.toUpperCase()))
    return { country: value.toLowerCase() };
  return "country not in the list of supported countries (e.g. deu)";
};

const permitted = "only letters, numbers, hyphens, underscores, and periods are permitted";
const fileName =
  (field: "mask" | "shape"): Check =>
  ({ [field]: value }) => {
    if (value === undefined) return `${field} is missing`;
    const letters = `${permitted} in "${field}"`;
    if (typeof value !== "string" || !/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(value))
      return letters;
    if (value.includes("..")) return `consecutive periods are not permitted in "${field}"`;
    return attachmentName.test(value) ? { [field]: value } : letters;
  };
const mask = fileName("mask");
const shape = fileName("shape");

const variable: Check = ({ var: value }) => {
  if (value === undefined) return {};
  if (typeof value === "string" && /^[A-Za-z0-9_]{1,100}$/.test(value)) return { var: value };
  return 'only letters, numbers, underscores are permitted in "var"';
};

const flag =
  (name: "compute_mean" | "output_csv"): Check =>
  ({ [name]: value }) => {
    if (value === undefined) return {};
    if (truths.includes(value)) return { [name]: Boolean(value) };
    return `only true or false are permitted in "${name}"`;
  };
/** As Python compares them. */
const truths: readonly unknown[] = [true, false, 1, 0];
const mean = flag("compute_mean");
const csv = flag("output_csv");

/** In the order in which the API lists its operations, and their faults. */
const checks = new Map<string, readonly Check[]>([
  ["select_bbox", [bbox, mean, csv]],
  ["select_point", [mean, csv, point]],
  ["mask_bbox", [bbox, mean, csv]],
  ["mask_mask", [mean, mask, csv, variable]],
  ["mask_country", [mean, country, csv]],
  ["mask_landonly", [mean, csv]],
  ["create_mask", [mask, shape]],
  ["cutout_bbox", [bbox]],
  ["cutout_point", [point]],
]);

export const operationNames: readonly string[] = [...checks.keys()];

/** `sent`: the field `operations`. */
export function checkOperations(sent: unknown, rules: OperationRules): Checked {
  const checked: Checked = { operations: [], errors: [], notes: [] };
  const refusal = refusalOf(sent, rules);
  if (refusal !== undefined || !Array.isArray(sent)) return { ...checked, errors: [refusal ?? ""] };
  for (const [index, given] of sent.entries()) {
    const isLast = index === sent.length - 1;
    checkOne(given, { index, isLast, rules }, checked);
  }
  return checked;
}

function refusalOf(sent: unknown, { mostOperations }: OperationRules): string | undefined {
  if (isNothing(sent)) return "This field is required.";
  if (!Array.isArray(sent)) return "Provided json data is malformatted.";
  if (sent.length > mostOperations) return `To many operations provided (max: ${mostOperations}).`;
  return undefined;
}

interface Place {
  index: number;
  isLast: boolean;
  rules: OperationRules;
}

function checkOne(given: unknown, place: Place, into: Checked): void {
  const fault = faultOf(given, place.index);
  if (fault !== undefined || !isObject(given)) {
    into.errors.push(fault ?? "");
    return;
  }
  const name = String(given.operation);
  const found: Given = { operation: name };
  for (const check of checks.get(name) ?? []) {
    const part = check(given, place.rules);
    if (typeof part === "string") into.errors.push(`${part} for operation "${name}"`);
    else Object.assign(found, part);
  }
  into.operations.push(found);
  checkPlace(found, place, into);
  for (const flagName of flagNames)
    if (name.startsWith("cutout_") && !isNothing(given[flagName]))
      into.notes.push(`${flagName} is ignored by ${name}, which keeps NetCDF`);
}

const flagNames = ["compute_mean", "output_csv"];

function faultOf(given: unknown, index: number): string | undefined {
  if (!isObject(given)) return `operation [${index}] is not an object`;
  const { operation: name } = given;
  if (name === undefined) return `operation [${index}] does not have a "operation" key`;
  const isKnown = typeof name === "string" && checks.has(name);
  return isKnown ? undefined : `operation "${shown(name)}" was not found`;
}

/** What an operation may be alone by its place among the others. */
function checkPlace(found: Given, { isLast }: Place, { errors }: Checked): void {
  const { operation: name } = found;
  if (isLast && name === "create_mask")
    errors.push(`no operation follows that gives a result for operation "${name}"`);
  for (const flagName of flagNames)
    if (!isLast && found[flagName] === true)
      errors.push(
        `"${flagName}" is only permitted in the last operation, not for operation "${name}"`,
      );
}
