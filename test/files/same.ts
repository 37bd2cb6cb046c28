import type { Value } from "./case.ts";

/** Where rows are not those expected, in words. */
export function differenceOf(
  expected: readonly Value[][],
  actual: readonly unknown[][],
  format: string,
): string | undefined {
  if (actual.length !== expected.length)
    return `${actual.length} rows instead of ${expected.length}`;
  for (const [row, values] of expected.entries())
    for (const [column, value] of values.entries())
      if (!isSame(value, actual[row]?.[column], format))
        return (
          `row ${row + 1}, column ${column + 1} is ${String(actual[row]?.[column])} instead ` +
          `of ${String(value)}`
        );
  return undefined;
}

/**
 * Whether a value of a result is the expected one. A CSV has text alone; there a number is compared
 * as a number.
 */
export function isSame(expected: Value, actual: unknown, format: string): boolean {
  if (format === "csv") return isSameText(expected, String(actual ?? ""));
  if (expected === null || typeof expected === "boolean") return actual === expected;
  if (typeof expected === "bigint") return wholeOf(actual) === expected;
  if (typeof expected === "number") return Object.is(Number(textOf(actual)), expected);
  if (typeof expected === "string") return withoutZeros(textOf(actual)) === withoutZeros(expected);
  return JSON.stringify(actual) === JSON.stringify(expected);
}

function isSameText(expected: Value, actual: string): boolean {
  if (expected === null) return actual === "";
  if (typeof expected === "boolean") return actual === String(expected);
  if (typeof expected === "bigint") return wholeOf(actual) === expected;
  if (typeof expected === "number") return Object.is(numberOf(actual), expected);
  return typeof expected !== "string" || withoutZeros(actual) === withoutZeros(expected);
}

function numberOf(text: string): number {
  if (/^-?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return text === "" ? Number.NaN : Number(text);
}

function textOf(actual: unknown): string {
  return actual === null || actual === undefined ? "null" : String(actual);
}

function wholeOf(actual: unknown): bigint | undefined {
  const text = textOf(actual).replace(/\.0+$/, "");
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Times with more or fewer zeros behind their point are the same. */
function withoutZeros(text: string): string {
  return /^[\d-]* ?\d\d:\d\d:\d\d\.\d+$/.test(text)
    ? text.replace(/0+$/, "").replace(/\.$/, "")
    : text;
}
