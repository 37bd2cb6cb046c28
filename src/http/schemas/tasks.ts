import { z } from "zod";
import {
  type ClaimedTask,
  type SettledFile,
  type TaskProgress,
  taskActions,
} from "../../agent/contract.ts";
import type { TaskFile } from "../../operations/contract.ts";
import { workerName } from "../../requests/reports/report-schema.ts";
import { mostClaimed, operationNames, waitSeconds } from "./claim.ts";

const agent = workerName.meta({ description: "The agent's own name.", example: "tape-host-1" });
const text = z.string().max(1_000_000);

export const claimBody = z
  .strictObject({
    agent,
    operations: operationNames,
    max: mostClaimed(1),
    wait_seconds: waitSeconds("How long to wait for a task that is due."),
  })
  .meta({ id: "TaskClaim" });

const claimed = z
  .object({
    task: z.uuid(),
    operation: z.string(),
    group: z.string(),
    externalRef: z.string().nullable(),
    action: z.enum(taskActions),
    lease_seconds: z.number(),
  })
  .meta({ id: "ClaimedTask" }) satisfies z.ZodType<ClaimedTask>;

export const claimAnswer = z.object({ tasks: z.array(claimed) });

export const taskParams = z.object({ task: z.uuid() });

export const filesQuery = z.strictObject({
  state: z.enum(["open", "abort", "release"]).default("open"),
  cursor: z.string().max(200).optional().meta({ description: "The `next` of the previous page." }),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

const taskFile = z
  .object({
    request: z.uuid(),
    file: z.number().int(),
    step: z.number().int().min(1),
    attempt: z.number().int().min(1),
    settings: z.record(z.string(), z.unknown()),
    replicas: z.array(z.string()),
    inputs: z.array(z.string()),
  })
  .meta({ id: "TaskFile" }) satisfies z.ZodType<TaskFile>;

export const filesAnswer = z.object({ items: z.array(taskFile), next: z.string().nullable() });

const key = { request: z.uuid(), file: z.number().int() };
const error = z.strictObject({
  class: text.min(1),
  message: text,
  trace: text.optional(),
});
const result = z.strictObject({
  name: z.string().min(1).max(1024),
  size: z.number().int().min(0),
  checksum: z.string().max(200).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

const settled = z
  .discriminatedUnion("status", [
    z.strictObject({
      ...key,
      status: z.literal("success"),
      location: z.string().min(1).max(4096).optional().meta({
        description: "A URL where the next step finds the file.",
      }),
      results: z.array(result).max(1000).optional(),
    }),
    z.strictObject({ ...key, status: z.literal("failure"), error }),
    z.strictObject({ ...key, status: z.literal("retry"), error }),
    z.strictObject({ ...key, status: z.literal("gone_back"), error }),
    z.strictObject({ ...key, status: z.literal("aborted") }),
    z.strictObject({ ...key, status: z.literal("released") }),
  ])
  .meta({ id: "SettledFile" }) satisfies z.ZodType<SettledFile>;

const mostSettled = 10_000;

export const settledFiles = {
  path: ["settled"],
  element: settled,
  most: mostSettled,
  mostElementValues: 100_000,
  elementMegabytes: 8,
};

export const progressBody = z
  .strictObject({
    agent,
    settled: z.array(settled).max(mostSettled),
    externalRef: z.string().min(1).max(1000).optional(),
    againInSeconds: z.number().min(0).max(31_622_400).optional().meta({
      description: "When to poll again; ends the agent's turn. Without it the lease is renewed.",
    }),
    note: text.optional().meta({ description: 'What a user reads under "why is it waiting".' }),
    error: text.optional().meta({
      description: "Why the call failed: it is tried again later, a little later each time.",
    }),
  })
  .meta({ id: "TaskProgress" }) satisfies z.ZodType<TaskProgress>;

export const progressAnswer = z.object({
  lease: z.enum(["kept", "ended", "lost"]).meta({
    description:
      "`lost`: the task is no longer this agent's; outcomes of files counted all the same.",
  }),
});
