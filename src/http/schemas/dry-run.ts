import { z } from "zod";
import type { DryRunView } from "../../requests/views.ts";
import { readAs } from "./file.ts";

export const dryRunView = z
  .object({
    file: z
      .string()
      .nullable()
      .meta({ description: "The one that was read; null: the dataset has none." }),
    read_as: readAs.nullable(),
    columns: z
      .array(z.object({ name: z.string(), type: z.string() }))
      .meta({ description: "Of the result, with the types of DuckDB that it would have." }),
    rows: z.array(z.array(z.unknown())).meta({
      description:
        "The first ten at most, each with a value for every column. Nothing is rounded: integers " +
        "of 64 bits, decimals, times, NaN, Infinity and -0.0 are strings, and bytes are written " +
        "as `\\xFF`.",
    }),
    more: z.boolean().meta({ description: "The result has more rows than these." }),
    notes: z.array(z.string()).meta({ description: "Sentences about what is not shown." }),
  })
  .meta({ id: "DryRun" }) satisfies z.ZodType<DryRunView>;
