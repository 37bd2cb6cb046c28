import { z } from "zod";
import type { DatasetFileView, DatasetView } from "../../datasets/datasets.ts";
import { datasetOutcomes } from "../../datasets/lookup-end.ts";
import { datasetStates } from "../../datasets/state.ts";
import { time } from "./request.ts";

const count = z.number().int().min(0);

export const dataset = z
  .object({
    id: z.string(),
    finder: z
      .string()
      .meta({ description: "The scheme of its name; `user` for a list in a request." }),
    name: z.string(),
    version: z.number().int().min(1),
    state: z.enum(datasetStates),
    outcome: z
      .enum(datasetOutcomes)
      .nullable()
      .meta({ description: "How its lookup ended; null while it goes on." }),
    reason: z.string().nullable(),
    incomplete: z.boolean(),
    files: count,
    size: count.meta({ description: "bytes, of the files whose size is known" }),
    events: count,
    created_at: time,
    updated_at: time,
    last_used_at: time,
  })
  .meta({ id: "Dataset" }) satisfies z.ZodType<DatasetView>;

const datasetFile = z
  .object({
    file: z.number().int(),
    paths: z.array(z.string()).meta({ description: "Replicas in order of preference." }),
    size: count.nullable(),
    events: count.nullable(),
    checksum: z.string().nullable(),
  })
  .meta({ id: "DatasetFile" }) satisfies z.ZodType<DatasetFileView>;

export const datasetPage = z.object({ items: z.array(dataset), next: z.string().nullable() });
export const datasetFilePage = z.object({
  items: z.array(datasetFile),
  next: z.string().nullable(),
});
