import { casesOf, type FileCase } from "../case.ts";

const one = { file: "one.csv", bytes: "x\n1\n" };
const column = (name: string, sql: string, more: Partial<FileCase>): FileCase => ({
  ...one,
  name,
  selection: `select ${sql} as a from input`,
  ...more,
});

/** What a result's columns become: kept, or refused with a sentence. */
export const output = casesOf("Output", [
  column("a sum of integers", "sum(x)", { rows: [[1]] }),
  column("a large sum of integers", "sum(x) + 9007199254740992", { rows: [[9007199254740993n]] }),
  column("an integer beyond 64 bits", "x::HUGEINT * 9223372036854775807 * 2", {
    fails: ['"a"', "18446744073709551614", "DECIMAL(38,0)", "DOUBLE"],
  }),
  column("the same as a decimal", "(x::HUGEINT * 9223372036854775807 * 2)::DECIMAL(38,0)", {
    rows: [[18446744073709551614n]],
  }),
  column("an unsigned integer of 128 bits", "18446744073709551615::UHUGEINT", {
    rows: [[18446744073709551615n]],
  }),
  column("a literal keeps its type", "1.10", { rows: [[1.1]] }),
  column("a decimal number as DOUBLE", "1.10::DECIMAL(18,2)", {
    step: { decimals: "double" },
    rows: [[1.1]],
  }),
  column("15 digits as DOUBLE", "9999999999999.99::DECIMAL(38,2)", {
    step: { decimals: "double" },
    rows: [[9999999999999.99]],
  }),
  column("16 digits as DOUBLE", "99999999999999.99::DECIMAL(38,2)", {
    step: { decimals: "double" },
    fails: ['"a"', "99999999999999.99", "15 digits"],
  }),
  column("a text of nothing and NULL", "unnest(['', NULL, 'x'])", {
    rows: [[""], [null], ["x"]],
    formats: ["parquet", "json"],
  }),
  column("not a number in JSON", "'nan'::DOUBLE", {
    step: { format: "json" },
    fails: ['"a"', "nan", "JSON"],
    formats: ["json"],
  }),
  column("infinity in a list in JSON", "[1.0, 'inf'::DOUBLE]", {
    step: { format: "json" },
    fails: ['"a"', "JSON"],
    formats: ["json"],
  }),
  column("an infinite date in Parquet", "'infinity'::DATE", {
    fails: ['"a"', "infinity", "Parquet"],
    formats: ["parquet"],
  }),
  column("an infinite timestamp in Parquet", "'-infinity'::TIMESTAMP", {
    fails: ['"a"', "infinity", "Parquet"],
    formats: ["parquet"],
  }),
  column("an interval below a millisecond in Parquet", "INTERVAL '0.0000015 seconds'", {
    fails: ['"a"', "Parquet", "VARCHAR"],
    formats: ["parquet"],
  }),
  column("a negative interval in Parquet", "INTERVAL '-1 day'", {
    fails: ['"a"', "Parquet"],
    formats: ["parquet"],
  }),
  column("a time and a day", "TIMESTAMP '2024-01-01 12:00:00.123456'", {
    rows: [["2024-01-01 12:00:00.123456"]],
  }),
  column("nanoseconds", "TIMESTAMP_NS '2024-01-01 12:00:00.123456789'", {
    rows: [["2024-01-01 12:00:00.123456789"]],
  }),
  column("an enumeration", "'b'::ENUM('a', 'b')", { rows: [["b"]] }),
  column("true", "true", { rows: [[true]] }),
  column("a small float", "0.1::FLOAT", { rows: [[Math.fround(0.1)]], formats: ["parquet"] }),
  column("a number with all its digits", "0.1 + 0.2::DOUBLE", { rows: [[0.1 + 0.2]] }),
]);
