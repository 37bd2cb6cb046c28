// A file that is read with some settings, and what must come of it: the right rows, by hand or by
// an independent reader, or a sentence.

export type Value = null | boolean | number | bigint | string | Value[] | { [key: string]: Value };

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
  /** the format in which the rows must come, where not all can hold them */
  formats?: ("parquet" | "csv" | "json")[];
}

export function casesOf(kind: string, cases: FileCase[]): FileCase[] {
  return cases.map((one) => ({ ...one, name: `${kind}: ${one.name}` }));
}

export const repeated = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");
