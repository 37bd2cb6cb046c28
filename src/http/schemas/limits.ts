import { z } from "zod";
import { controlCharacters } from "../../requests/reports/report-schema.ts";
import type { LimitsView } from "../../shares/limits.ts";
import { time } from "./request.ts";

const count = z.number().int().min(0);
const slots = z.number().int().min(0).max(1_000_000).nullable();

const operationLimits = z
  .object({
    operation: z.string(),
    slots: slots.meta({ description: "Files that may run at once; null: no limit." }),
    slots_per_user: slots.meta({ description: "The same for each user; null: no limit." }),
    running: count,
    changed_at: time.nullable(),
  })
  .meta({ id: "OperationLimits" });

const userShare = z
  .object({
    owner: z.string(),
    share: z.number().meta({
      description: "Weight of the user among others when slots are given out; default 1.",
    }),
    waiting: count,
    queued: count,
    running: count,
  })
  .meta({ id: "UserShare" });

export const limits = z
  .object({
    operations: z.array(operationLimits),
    users: z
      .array(userShare)
      .meta({ description: "Users with work or a share of their own; 1,000 at most." }),
  })
  .meta({ id: "Limits" }) satisfies z.ZodType<LimitsView>;

export const slotsBody = z
  .strictObject({
    slots: slots.default(null).meta({
      description: "Files that may run at once; 0 pauses the operation, null or nothing: no limit.",
    }),
    slots_per_user: slots.default(null).meta({ description: "The same for each user." }),
  })
  .meta({ id: "Slots" });

export const shareBody = z
  .strictObject({
    share: z.number().min(0.001).max(1000).meta({
      description: "A user with share 2 has twice as many files running as one with share 1.",
    }),
  })
  .meta({ id: "Share" });

export const operationParams = z.object({
  operation: z.string().min(1).max(100).meta({ description: "Its name.", example: "transform" }),
});

export const ownerParams = z.object({
  owner: z
    .string()
    .min(1)
    .max(200)
    .regex(new RegExp(`^[^${controlCharacters}]+$`), "must be without control characters")
    .meta({ description: "The owner of requests, as they show it.", example: "local" }),
});
