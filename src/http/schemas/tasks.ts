import { z } from "zod";
import { type ClaimedTask, taskActions } from "../../agent/contract.ts";
import type { TaskFile } from "../../operations/contract.ts";
import { agentName } from "../../tasks/progress-schema.ts";
import { mostClaimed, operationNames, waitSeconds } from "./claim.ts";

export const claimBody = z
  .strictObject({
    agent: agentName,
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
    turn: z.number().int().meta({
      description: "How often the task was leased; progress with it is of this lease alone.",
    }),
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

export const progressAnswer = z.object({
  lease: z.enum(["kept", "ended", "lost"]).meta({
    description:
      "`lost`: the task is no longer this agent's; outcomes of files counted all the same.",
  }),
});
