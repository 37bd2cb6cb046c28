import type { FileCase } from "../case.ts";
import { csvLayout } from "./csv-layout.ts";
import { csvTypes } from "./csv-types.ts";
import { json } from "./json.ts";
import { notTables } from "./not-tables.ts";
import { output } from "./output.ts";
import { parquet } from "./parquet.ts";
import { reported } from "./reported.ts";

export const cases: FileCase[] = [
  ...csvTypes,
  ...csvLayout,
  ...json,
  ...notTables,
  ...parquet,
  ...output,
  ...reported,
];
