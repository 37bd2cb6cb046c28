import { z } from "zod";
import type { Operation } from "../../operations/contract.ts";
import type { RetryPolicy } from "../../requests/retry-policy.ts";
import type { ForExamples } from "../route.ts";

const path = z.string().min(1).max(4096);
const file = z.union([path, z.array(path).min(1).max(100)]);
const mostFiles = 1_000_000;

const dataset = z
  .union([
    z.strictObject({
      files: z
        .array(file)
        .max(mostFiles)
        .meta({
          description:
            "Each a path or URL, or a list of replicas in order of preference. Passwords, tokens " +
            "and signatures in URLs are encrypted, and shown as `[redacted]`.",
        }),
    }),
    z.strictObject({
      did: z
        .string()
        .min(1)
        .max(4096)
        .meta({
          description:
            "A name that a finder knows: `dir:///data/run7` (all files in it and below it), " +
            "`dir:///data/*.csv`, either followed by `?files=10` for the first ten.",
        }),
    }),
  ])
  .meta({ id: "DatasetInput" });

/** Beside the settings of every operation: when a file is tried again. */
export const retryPolicy = z
  .strictObject({
    attempts: z
      .number()
      .int()
      .min(1)
      .max(20)
      .optional()
      .meta({ description: "Tries of a file, a round." }),
    wait_seconds: z
      .number()
      .min(0)
      .max(86_400)
      .optional()
      .meta({
        description:
          "Before the second try; doubled before each one after, up to five minutes (or to " +
          "this, where it is longer).",
      }),
    classes: z
      .array(
        z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, "must be an error class such as unavailable"),
      )
      .max(50)
      .optional()
      .meta({
        description:
          "Error classes that are retried, whatever the worker reports; files fail at once " +
          "for all others.",
      }),
  })
  .meta({ id: "Retry" }) satisfies z.ZodType<RetryPolicy>;

/**
 * An operation and its settings, flat; the settings are parsed by the operation's own schema, which
 * the document shows in this one's place.
 */
const step = z
  .looseObject({ operation: z.string().min(1).max(100), retry: retryPolicy.optional() })
  .meta({ id: "StepInput" });

const submitBody = z
  .strictObject({
    title: z.string().max(500).optional(),
    dataset,
    steps: z.array(step).min(1).max(20),
    deadline_seconds: z
      .number()
      .int()
      .min(1)
      .max(31_622_400)
      .optional()
      .meta({ description: "Files still open after this fail with the reason `deadline`." }),
    workers: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta({ description: "At most so many workers hold files of this request at once." }),
    priority: z.number().int().min(-100).max(100).optional().meta({
      description: "Requests of the same user with a higher priority go first (default 0).",
    }),
    stop_after_failed_percent: z.number().gt(0).max(100).optional(),
  })
  .meta({ id: "Submit" });

export type SubmitBody = z.output<typeof submitBody>;
export type SubmittedFile = z.output<typeof file>;

const submittedFiles = {
  path: ["dataset", "files"],
  element: file,
  most: mostFiles,
  isOfFiles: true,
  elementMegabytes: 4,
};

export const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x20-\x7e]+$/)
    .optional()
    .meta({
      description:
        "The same key with the same body gives the same request; with another body it is " +
        "refused (422).",
    }),
});

/** Valid whatever the folder contains. The page that says how to submit shows it too. */
export function submitExample({ inputFolder, operations }: ForExamples) {
  return {
    title: "The first rows of each file",
    dataset: { did: `dir://${inputFolder.replace(/\/$/, "")}/*.parquet` },
    steps: [stepExample(operations)],
  };
}

function stepExample(operations: readonly Operation[]): Record<string, unknown> {
  const [first] = operations;
  if (first === undefined || operations.some(({ name }) => name === "transform"))
    return { operation: "transform", selection: "select * from input limit 5" };
  return { operation: first.name, ...first.example.settings };
}

/** The body of a submit, and of its dry run. */
export const submitRule = {
  schema: submitBody,
  limitMegabytes: 64,
  list: submittedFiles,
  isOnDisk: true,
  example: submitExample,
};
