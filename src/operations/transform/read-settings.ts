import { z } from "zod";

/** Types that a column of text may be read as. */
const typeName =
  /^(BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|DECIMAL\((?:[1-9]|[12]\d|3[0-8]),(?:\d|[12]\d|3[0-8])\)|DATE|TIME|TIMESTAMP|TIMESTAMP_NS|TIMESTAMPTZ|VARCHAR|JSON)$/;

/**
 * ASCII but NUL and the line ends; in ranges, so that generators of clients can read it in the
 * API's document.
 */
const plainCharacter = "\\u0001-\\u0009\\u000b\\u000c\\u000e-\\u007f";
const oneCharacter = z
  .string()
  .regex(new RegExp(`^[${plainCharacter}]$`), "must be one ASCII character, and no line end");

/** How files are read, where that is not found in the file itself. */
export const readSettings = z
  .strictObject({
    format: z
      .enum(["parquet", "csv", "json"])
      .optional()
      .describe("read every file as this; default: by the file's content and name"),
    header: z
      .boolean()
      .optional()
      .describe("CSV: whether the first line names the columns; default: found in the file"),
    delimiter: oneCharacter
      .optional()
      .describe("CSV: what separates fields; default: tab, semicolon, bar or comma, as found"),
    quote: z
      .union([oneCharacter, z.literal("")])
      .optional()
      .describe(`CSV: default "; "": none`),
    skip_lines: z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .describe("CSV: lines in front of the header or the first row"),
    encoding: z
      .enum(["utf-8", "latin-1", "utf-16"])
      .optional()
      .describe("CSV and JSON; default: UTF-8, or UTF-16 where the file begins with its mark"),
    decimal: z.enum([".", ","]).optional().describe("CSV: the decimal point; default: ."),
    null: z
      .array(z.string().max(100))
      .max(50)
      .optional()
      .describe("CSV: words that mean no value, beside an empty field, such as NA"),
    types: z
      .record(
        z.string().min(1).max(1000),
        z.string().regex(typeName, "must be a type such as BIGINT, DECIMAL(18,2) or VARCHAR"),
      )
      .optional()
      .describe("CSV and JSON: types by column; the others are found in the whole file"),
    all_text: z.boolean().optional().describe("CSV and JSON: every column is VARCHAR"),
    records: z
      .enum(["lines", "array"])
      .optional()
      .describe("JSON: one record after the other, or one array of records; default: as found"),
    nanoseconds: z
      .enum(["refuse", "cut"])
      .optional()
      .describe(
        "Parquet: times with nanoseconds that can only be read as microseconds; default: refuse",
      ),
    hive_columns: z
      .boolean()
      .optional()
      .describe("make columns of the key=value folders of the file's path; default: false"),
  })
  .describe("how the files are read");

export type ReadSettings = z.infer<typeof readSettings>;

/** What was understood of a file, as the report of its result tells it. */
export interface ReadAs {
  format: "parquet" | "csv" | "json";
  columns: string[];
  /** one for each column */
  types: string[];
  delimiter?: string;
  header?: boolean;
  encoding?: string;
  records?: "lines" | "array";
  /** columns that are not listed, where there are very many */
  more_columns?: number;
}
