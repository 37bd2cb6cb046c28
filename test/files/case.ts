// A file that is read with some settings, and what must come of it: the right rows, by hand or by
// an independent reader, or a sentence.

export type Value = null | boolean | number | bigint | string | Value[] | { [key: string]: Value };

export const formats = ["parquet", "csv", "json"] as const;
export type Format = (typeof formats)[number];

export interface FileCase {
  /** a sentence's subject, unique */
  name: string;
  file: string;
  bytes: Buffer | string | (() => Promise<Buffer>);
  /** the step's `read` */
  read?: Record<string, unknown>;
  /** other settings of the step */
  step?: Record<string, unknown>;
  selection?: string;
  rows?: Value[][];
  columns?: string[];
  /** DuckDB's types of the columns, as `read_as` tells them */
  types?: string[];
  /** every one of these words is in the sentence of the failure */
  fails?: (string | RegExp)[];
  /** the same, where a step before wrote all of it as Parquet for the step of the case */
  failsAfterStep?: (string | RegExp)[];
  /** the format in which the rows must come, where not all can hold them */
  formats?: Format[];
}

export function casesOf(kind: string, cases: FileCase[]): FileCase[] {
  return cases.map((one) => ({ ...one, name: `${kind}: ${one.name}` }));
}

export async function bytesOf({ bytes }: FileCase): Promise<Buffer> {
  return Buffer.from(typeof bytes === "function" ? await bytes() : bytes);
}

/** The settings of the step that reads it. */
export function stepOf({ selection, read, step }: FileCase, format: Format) {
  return {
    selection: selection ?? "select * from input",
    format,
    ...(read && { read }),
    ...step,
  };
}

export const repeated = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");
