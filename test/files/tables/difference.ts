import type { Cell, Table } from "./table.ts";

/** Where the rows of a result are not those of the table, in words. */
export function differenceOf(table: Table, found: readonly unknown[][]): string | undefined {
  const { rows, columns, text } = table;
  if (found.length !== rows.length) return `${found.length} rows instead of ${rows.length}`;
  for (const [at, row] of rows.entries())
    for (const [place, expected] of row.entries()) {
      const value = found[at]?.[place];
      const same = text ? isField(expected, value, table.read) : isSame(expected, value);
      if (!same)
        return `column ${columns[place] ?? place}, row ${at + 1}: ${shown(value)} instead of ${shown(expected)}`;
    }
  return undefined;
}

/** A field of a CSV in the type that its column was found to have: the same text, if written out. */
function isField(expected: Cell, found: unknown, read: Table["read"]): boolean {
  if (expected === null || typeof expected !== "string") return found === expected;
  if (found === null) return expected === "";
  if (typeof found === "boolean") return expected.trim().toLowerCase() === String(found);
  if (typeof found !== "string") return false;
  if (found === expected || found === expected.trim()) return true;
  if (isDecimal(found))
    return isNumber(read.decimal === "," ? expected.replace(",", ".") : expected, found);
  return isTime(found) && plainTime(found) === plainTime(expected);
}

/** Python writes floating numbers with a point, an exponent, or as words. */
function isDecimal(text: string): boolean {
  return /^-?(\d+\.\d+(e[+-]\d+)?|\d+e[+-]\d+|Infinity)$/.test(text) || text === "NaN";
}

function isNumber(expected: string, found: string): boolean {
  const word = expected.trim().toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(word))
    return found === word.replace(/^\+?inf.*/, "Infinity").replace(/^-inf.*/, "-Infinity");
  if (word === "nan") return found === "NaN";
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) && Number(word) === Number(found);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(text);
}

function plainTime(text: string): string {
  return text
    .replace("T", " ")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "")
    .replace(/ 00:00(:00)?$/, "");
}

/** Values of Parquet are the very same; numbers of JSON are equal, with all their digits. */
function isSame(expected: Cell, found: unknown): boolean {
  if (expected === null || typeof expected !== "object")
    return expected === found || (isZero(expected) && isZero(found));
  if (Array.isArray(expected))
    return (
      Array.isArray(found) &&
      found.length === expected.length &&
      expected.every((item, index) => isSame(item, found[index]))
    );
  if (isNumberCell(expected))
    return typeof found === "string" && isSameNumber(expected.number, found);
  if (typeof found !== "object" || found === null) return false;
  const keys = isKeysCell(expected) ? expected.keys : expected;
  return Object.entries({ ...nulls(keys), ...found }).every(([key, value]) =>
    isSame(keys[key] ?? null, value),
  );
}

/** DuckDB's Parquet has one entry in a dictionary for both zeros. */
function isZero(value: unknown): boolean {
  return value === "0.0" || value === "-0.0";
}

function isNumberCell(cell: object): cell is { number: string } {
  return "number" in cell && typeof cell.number === "string";
}

function isKeysCell(cell: object): cell is { keys: { [key: string]: Cell } } {
  return "keys" in cell && typeof cell.keys === "object";
}

function nulls(keys: { [key: string]: Cell }): Record<string, null> {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, null]));
}

function isSameNumber(expected: string, found: string): boolean {
  const whole = /^-?\d+$/;
  if (!whole.test(expected)) return Number(found) === Number(expected);
  if (whole.test(found)) return BigInt(found) === BigInt(expected);
  return Number.isInteger(Number(found)) && BigInt(Number(found)) === BigInt(expected);
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 300) ?? "nothing";
}
