// How a task stands, as an agent says it, over HTTP and by queue alike.
import { z } from "zod";
import type { SettledFile, TaskProgress } from "../agent/contract.ts";
import { workerName } from "../requests/reports/report-schema.ts";

export const agentName = workerName.meta({
  description: "The agent's own name.",
  example: "tape-host-1",
});
const text = z.string().max(1_000_000);

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
    agent: agentName,
    turn: z.number().int().min(0).max(2_000_000_000).optional().meta({
      description: "Of the claim: the turn that ends, or whose lease is renewed.",
    }),
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
