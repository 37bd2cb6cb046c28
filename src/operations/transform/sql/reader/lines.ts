import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

/**
 * The physical line of a record in a file with a record a line: empty lines are none. Read only
 * where a sentence needs it.
 */
export async function lineOfRecord(
  { path, gzip }: { path: string; gzip: boolean },
  record: number,
): Promise<number> {
  const file = createReadStream(path);
  const input = gzip ? file.pipe(createGunzip()) : file;
  let line = 0;
  let seen = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== "") seen += 1;
      if (seen === record) return line;
    }
  } finally {
    file.destroy();
  }
  return record;
}

interface Row {
  quote: string;
  first: readonly string[];
  /** records in front of the first row, empty lines counted */
  skip: number;
  row: number;
}

/**
 * The physical line on which a row of a CSV file begins: a field in quotes may span several, and
 * empty lines are no rows.
 */
export async function lineOfRow(
  { path, gzip }: { path: string; gzip: boolean },
  { quote, first, skip, row }: Row,
): Promise<number> {
  const file = createReadStream(path);
  const input = gzip ? file.pipe(createGunzip()) : file;
  const counter = rowCounter({ quote, skip, emptyIsRow: first.length === 1 });
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      if (counter.rowsAfter(text) === row) return counter.begin();
  } finally {
    file.destroy();
  }
  return row + skip;
}

function rowCounter({
  quote,
  skip,
  emptyIsRow,
}: {
  quote: string;
  skip: number;
  emptyIsRow: boolean;
}) {
  let [line, begin, records, rows] = [0, 0, 0, 0];
  let quoted = false;
  return {
    /** the line on which the row begins that has ended last */
    begin: () => begin,
    rowsAfter(text: string): number {
      line += 1;
      if (!quoted) begin = line;
      const quotes = quote === "" ? 0 : text.split(quote).length - 1;
      if (quotes % 2 === 1) quoted = !quoted;
      if (quoted) return rows;
      records += 1;
      if (records > skip && (emptyIsRow || text !== "" || begin < line)) rows += 1;
      return rows;
    },
  };
}
