import { z } from "zod";
import { generatorNames } from "./generator.ts";
import { decimalChoices, formats } from "./job.ts";
import { readSettings } from "./read-settings.ts";

const longestSelection = 1024 * 1024;

export const settings = z.strictObject({
  generator: z.enum(generatorNames).default("sql").describe("what interprets the selection"),
  selection: z
    .string()
    .min(1)
    .max(longestSelection)
    .refine((text) => !text.includes("\0"), "must not contain the NUL character")
    .describe("for `sql`: one SELECT statement over the table `input`, which is the file"),
  format: z.enum(formats).default("parquet").describe("what the result is written as"),
  decimals: z
    .enum(decimalChoices)
    .default("keep")
    .describe("double: DECIMAL columns are written as DOUBLE; more than 15 digits then fail"),
  read: readSettings.optional(),
});

export type TransformSettings = z.infer<typeof settings>;
