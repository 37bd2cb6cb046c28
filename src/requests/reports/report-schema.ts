// What a worker may report, over HTTP and by queue alike.
import { z } from "zod";
import { reportStatuses } from "../state.ts";
import type { Report } from "../views.ts";

/** Ranges, since client generators for other languages cannot read `\p{Cc}` in the document. */
export const controlCharacters = "\\u0000-\\u001f\\u007f-\\u009f";

export const workerName = z
  .string()
  .min(1)
  .max(200)
  .regex(
    new RegExp(`^[^${controlCharacters}\\ufffd]+$`),
    "must be a name without control characters",
  )
  .meta({ description: "A name that the worker chooses for itself.", example: "node7-1" });

/** Messages have no headers for it. */
export const messageToken = z.string().max(10_000).optional().meta({
  description: "The worker's token: needed with identity on; one that is sent must be valid.",
});

/** Postgres and JavaScript disagree about times far from the present. */
function isNearPresent(at: string): boolean {
  const year = new Date(at).getUTCFullYear();
  return year >= 1970 && year <= 3000;
}

/** Workers shorten the description of files with very many columns to less than this. */
const longestReadAs = 256_000;

const text = z.string().max(1_000_000);

export const reportSchema = z
  .strictObject({
    request: z.string().max(200),
    file: z.number().int(),
    step: z.number().int().min(1).max(1000),
    attempt: z.number().int().min(1).max(2_000_000_000),
    status: z.enum(reportStatuses),
    at: z.iso
      .datetime({ offset: true })
      .refine(isNearPresent, "must lie between the years 1970 and 3000")
      .optional()
      .meta({ description: "When it happened; default: the time of arrival." }),
    error: z
      .strictObject({
        class: text.min(1),
        message: text,
        trace: text.optional(),
        content: z
          .string()
          .max(200)
          .optional()
          .meta({
            description:
              "A digest of the input that was read, so that files of equal bytes count once " +
              "where several must agree that the settings are wrong.",
          }),
      })
      .optional(),
    results: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(1024),
          size: z.number().int().min(0),
          checksum: z.string().max(200).optional(),
          details: z.record(z.string(), z.unknown()).optional(),
          read_as: z
            .record(z.string().max(100), z.unknown())
            .refine((readAs) => JSON.stringify(readAs).length <= longestReadAs, "must be shorter")
            .optional()
            .meta({ description: "How the file was read: format, columns, types and more." }),
        }),
      )
      .max(1000)
      .optional(),
    input: z
      .strictObject({
        size: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-fA-F]{64}$/, "must be a SHA-256 in hex"),
      })
      .optional()
      .meta({
        description: "What was read of the file, as it was read; recorded with a success.",
      }),
  })
  .meta({ id: "Report" }) satisfies z.ZodType<Report>;

export const mostReports = 1000;
