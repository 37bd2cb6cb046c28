import { z } from "zod";
import { formats, generatorNames } from "./generator.ts";

const longestSelection = 1024 * 1024;

export const settings = z.strictObject({
  generator: z.enum(generatorNames).default("sql").describe("who understands the selection"),
  selection: z
    .string()
    .min(1)
    .max(longestSelection)
    .refine((text) => !text.includes("\0"), "must not contain the NUL character")
    .describe("for `sql`: one SELECT statement over the table `input`, which is the file"),
  format: z.enum(formats).default("parquet").describe("what the result is written as"),
});

export type TransformSettings = z.infer<typeof settings>;
