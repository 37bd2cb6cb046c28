import { z } from "zod";
import { mostHistory } from "../../requests/read/files.ts";
import { fileStates, historyStatuses } from "../../requests/state.ts";
import type {
  FileResult,
  FileView,
  GivenBackView,
  HistoryRow,
  Reading,
  ResultView,
} from "../../requests/views.ts";
import { time } from "./request.ts";

export const fileState = z.enum(fileStates).meta({ id: "FileState" });

const givenBack = z
  .object({
    workers: z.array(z.string()).meta({ description: "Without duplicates." }),
    times: z.number().int().min(1),
    since: time,
    reason: z.string().nullable().meta({ description: "The reason of the last one." }),
    withheld: z.boolean().meta({
      description: "It was given back too often: it goes only to workers that have not done so.",
    }),
    sentence: z.string().meta({ description: "For a person." }),
  })
  .meta({ id: "GivenBack" }) satisfies z.ZodType<GivenBackView>;

const fileShape = {
  file: z.number().int(),
  paths: z.array(z.string()),
  step: z.number().int().min(1),
  state: fileState,
  attempt: z.number().int().min(0),
  worker: z.string().nullable(),
  error: z.object({ fingerprint: z.string(), class: z.string(), message: z.string() }).nullable(),
  given_back: givenBack.nullable().meta({
    description: "Workers that gave it back in its step; null if none did, or once it is settled.",
  }),
  updated_at: time,
};

const file = z.object(fileShape).meta({ id: "File" }) satisfies z.ZodType<FileView>;

const historyRow = z
  .object({
    step: z.number().int().min(1),
    attempt: z.number().int().min(0),
    round: z.number().int().min(1),
    status: z.enum(historyStatuses),
    timestamp: time,
    pod_name: z.string().nullable(),
    info: z.string().nullable(),
    input: z
      .object({
        size: z.number().int().min(0),
        sha256: z.string().meta({ description: "hex" }),
      })
      .nullable()
      .meta({ description: "What a success read, as it was read; null: not recorded." }),
  })
  .meta({ id: "HistoryRow" }) satisfies z.ZodType<HistoryRow>;

export const readAs = z.record(z.string(), z.unknown()).meta({
  description: "How the file was understood: format, columns, types, delimiter, header, encoding.",
});

const fileResult = z
  .object({
    step: z.number().int().min(1),
    attempt: z.number().int().min(0),
    name: z.string(),
    size: z.number().int().min(0).meta({ description: "bytes" }),
    checksum: z.string().nullable(),
    read_as: readAs.nullable(),
  })
  .meta({ id: "FileResult" }) satisfies z.ZodType<FileResult>;

const reading = z
  .object({ step: z.number().int().min(1), attempt: z.number().int().min(1), read_as: readAs })
  .meta({ id: "Reading" }) satisfies z.ZodType<Reading>;

export const filePage = z.object({ items: z.array(file), next: z.string().nullable() });
export const fileWithHistory = z
  .object({
    ...fileShape,
    results: z.array(fileResult).meta({
      description: "What exists of it. Objects of earlier steps are removed at the request's end.",
    }),
    readings: z.array(reading).meta({
      description:
        "How each attempt that succeeded understood the file, step by step; kept as long as the " +
        "request. An attempt has several if it read parts of the file differently.",
    }),
    history: z.array(historyRow).meta({
      description: `What happened to it, the oldest first; only the newest ${mostHistory} events.`,
    }),
  })
  .meta({ id: "FileWithHistory" });

const result = z
  .object({
    seq: z.number().int(),
    file: z.number().int().nullable().meta({ description: "null: a result of the whole request" }),
    input: z
      .string()
      .nullable()
      .meta({ description: "The first path of the file that it was made from." }),
    step: z.number().int().min(1),
    attempt: z.number().int().min(0),
    name: z.string(),
    size: z.number().int().min(0).meta({ description: "bytes" }),
    checksum: z
      .string()
      .nullable()
      .meta({ description: "sha256 in hex, where the store knows it" }),
    created_at: time,
    url: z.string().meta({
      description:
        "Signed: anyone may read it until it expires. Where the store is S3, it redirects there.",
    }),
  })
  .meta({ id: "Result" }) satisfies z.ZodType<ResultView & { url: string }>;

export const resultPage = z.object({
  items: z.array(result),
  next: z.string().meta({
    description: "Never null: poll with `after` set to it, and no late result is missed.",
  }),
});
