import { casesOf } from "../case.ts";

/** Written by pyarrow: one column `t` with the time 2024-01-01 12:00:00.123456789. */
const utcNanoseconds = Buffer.from(
  "UEFSMRUAFRwVHCwVAhUAFQYVBhwAAAACAAAAAgEVTWhRYTemFxUEGSw1ABgGc2NoZW1hFQIAFQQlAhgB" +
    "dGyMERw8AAAAAAAWAhkcGRwmABwVBBklBgAZGAF0FQAWAhZCFkImCEkcFQAVABUCADwpBhkmAAIAAAAW" +
    "QhYCJggWQgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGRwcAAAAgwAAAFBBUjE=",
  "base64",
);
const int96 = Buffer.from(
  "UEFSMRUAFSQVJCwVAhUAFQYVBhwAAAACAAAAAgEVTQNQSicAAJeKJQAVBBksNQAYBnNjaGVtYRUCABUG" +
    "JQIYAXQAFgIZHBkcJgAcFQYZJQYAGRgBdBUAFgIWShZKJghJHBUAFQAVAgA8KQYZJgACAAAAFkoWAiYI" +
    "FkoAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAHoAAABQQVIx",
  "base64",
);
const cut = { nanoseconds: "cut" };

/** Types of Parquet that DuckDB reads with fewer digits. */
export const parquet = casesOf("Parquet", [
  {
    name: "nanoseconds in UTC",
    file: "t.parquet",
    bytes: utcNanoseconds,
    fails: ['"t"', "nanoseconds", "cut"],
  },
  {
    name: "nanoseconds in UTC that the step cuts",
    file: "t.parquet",
    bytes: utcNanoseconds,
    read: cut,
    selection: "select epoch_us(t) as a from input",
    rows: [[1704110400123456n]],
  },
  {
    name: "a time of 96 bits",
    file: "t.parquet",
    bytes: int96,
    fails: ['"t"', "nanoseconds", "cut"],
  },
  {
    name: "a time of 96 bits that the step cuts",
    file: "t.parquet",
    bytes: int96,
    read: cut,
    selection: "select epoch_us(t) as a from input",
    rows: [[1704110400123456n]],
  },
]);
