import type { ReadSettings } from "../../read-settings.ts";
import { ReadError } from "./read-error.ts";
import { recordsOf } from "./records.ts";
import { isValueLike } from "./value-kinds.ts";

export interface Dialect {
  delimiter: string;
  quote: string;
  /** the fields of the first record */
  first: string[];
  /** records in front of the first, empty lines counted */
  before: number;
  /** undecided: the first record could be names or values, which the rest of the file may tell */
  header: boolean | "undecided";
}

/**
 * In the order of preference where a file can be split by several: a semicolon beside a comma is
 * one of decimal commas.
 */
const delimiters = ["\t", ";", "|", ","];
const mostRecords = 1000;

/** How the fields of a file are separated, and whether its first record names the columns. */
export function dialectOf(
  text: string,
  whole: boolean,
  settings: ReadSettings,
): Dialect | undefined {
  const quote = settings.quote ?? '"';
  const candidates = settings.delimiter === undefined ? delimiters : [settings.delimiter];
  const skip = settings.skip_lines ?? 0;
  const splits = candidates.map((delimiter) => split(text, { delimiter, quote, whole, skip }));
  const best = splits.reduce((chosen, next) =>
    chosen.score > 0 && chosen.score >= next.score ? chosen : next,
  );
  const first = best.records[0];
  if (!first) {
    if (whole) return undefined;
    throw new ReadError("its first line is longer than 1 MB or has a quote that is never closed.");
  }
  return {
    delimiter: best.delimiter,
    quote,
    first: first.fields,
    before: best.before,
    header: settings.header ?? headerOf(first.fields),
  };
}

interface SplitOptions {
  delimiter: string;
  quote: string;
  whole: boolean;
  skip: number;
}

/** The share of records that have as many fields as the first, which must have more than one. */
function split(text: string, { skip, ...how }: SplitOptions) {
  const records: { fields: string[] }[] = [];
  let before = 0;
  let seen = 0;
  for (const record of recordsOf(text, how)) {
    seen += 1;
    if (records.length === 0 && (seen <= skip || record.fields.length === 0)) before += 1;
    else if (record.fields.length > 0) records.push(record);
    if (records.length >= mostRecords) break;
  }
  const width = records[0]?.fields.length ?? 0;
  const alike = records.filter(({ fields }) => fields.length === width).length;
  const score = width < 2 ? 0 : alike / records.length;
  return { delimiter: how.delimiter, records, before, score };
}

function headerOf(fields: readonly string[]): boolean | "undecided" {
  const filled = fields.filter((field) => field.trim() !== "");
  const values = filled.filter(isValueLike).length;
  if (values === filled.length) return false;
  return values === 0 ? true : "undecided";
}

/**
 * Column names as DuckDB gives them: trimmed, numbered where they are missing or the same but for
 * case.
 */
export function columnNames(dialect: Dialect, header: boolean): string[] {
  const width = dialect.first.length;
  const digits = String(width - 1).length;
  const taken = new Set<string>();
  return dialect.first.map((field, index) => {
    const plain = header ? field.trim() : "";
    const base = plain || `column${String(index).padStart(digits, "0")}`;
    let name = base;
    for (let number = 1; taken.has(name.toLowerCase()); number += 1) name = `${base}_${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
