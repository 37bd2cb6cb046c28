import { z } from "zod";
import type { Task } from "../../operations/contract.ts";
import type { Report } from "../../requests/request.ts";
import { reportStatuses } from "../../requests/state.ts";

const worker = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\ufffd]+$/u, "must be a name without control characters")
  .meta({ description: "The worker's own name, of its choice.", example: "node7-1" });

export const claimBody = z
  .strictObject({
    worker,
    request: z.uuid().optional(),
    operations: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
    max: z.number().int().min(1).max(1000).default(1),
    wait_seconds: z.number().min(0).max(30).default(0).meta({ description: "How long to wait for work when there is none." }),
  })
  .meta({ id: "Claim" });

const task = z
  .object({
    task: z.string(),
    request: z.uuid(),
    file: z.number().int(),
    step: z.number().int().min(1),
    attempt: z.number().int().min(1),
    operation: z.string(),
    settings: z.record(z.string(), z.unknown()),
    replicas: z.array(z.string()),
    inputs: z.array(z.string()).meta({ description: "URLs to read what the step before made; empty in the first step." }),
    upload: z.object({ method: z.literal("PUT"), url: z.string(), name: z.string() }).nullable(),
    lease_seconds: z.number(),
  })
  .meta({ id: "Task" }) satisfies z.ZodType<Task>;

export const claimAnswer = z.object({ tasks: z.array(task) });

export const heartbeatBody = z.strictObject({ worker, tasks: z.array(z.string().min(1).max(200)).max(10_000) }).meta({ id: "Heartbeat" });
export const heartbeatAnswer = z.object({ give_up: z.array(z.string()) });

/** Postgres and JavaScript disagree about times far away. */
function isOfOurTime(at: string): boolean {
  const year = new Date(at).getUTCFullYear();
  return year >= 1970 && year <= 3000;
}

const text = z.string().max(1_000_000);

export const report = z
  .strictObject({
    request: z.string().max(200),
    file: z.number().int(),
    step: z.number().int().min(1).max(1000),
    attempt: z.number().int().min(1).max(2_000_000_000),
    status: z.enum(reportStatuses),
    at: z.iso
      .datetime({ offset: true })
      .refine(isOfOurTime, "must lie between the years 1970 and 3000")
      .optional()
      .meta({ description: "When it happened; the time of arrival unless said." }),
    error: z.strictObject({ class: text.min(1), message: text, trace: text.optional() }).optional(),
    results: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(1024),
          size: z.number().int().min(0),
          checksum: z.string().max(200).optional(),
          details: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .max(1000)
      .optional(),
  })
  .meta({ id: "Report" }) satisfies z.ZodType<Report>;

/** Reports are parsed one by one, so that a bad one does not sink the others. */
export const reportsBody = z.strictObject({ worker, reports: z.array(z.unknown()).min(1).max(1000) });

export const documentedReports = z.strictObject({ worker, reports: z.array(report).min(1).max(1000) }).meta({ id: "Reports" });

export const reportsAnswer = z.object({
  answers: z.array(z.string().regex(/^(recorded|duplicate|superseded|unknown|refused: .*)$/s)).meta({
    description: "In the order of the reports.",
    example: ["recorded", "duplicate", "superseded", "unknown", 'refused: "status" must be one of …'],
  }),
});
