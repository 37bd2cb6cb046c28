// What a worker's claim of files and an agent's claim of tasks have in common.
import { z } from "zod";

export const operationNames = z.array(z.string().min(1).max(100)).min(1).max(100);

const mostAtOnce = 1000;

/** Most files or tasks in one response. */
export const mostClaimed = z.number().int().min(1).max(mostAtOnce).default(1);

export function waitSeconds(description: string) {
  return z.number().min(0).max(30).default(0).meta({ description });
}

/** The same for a claim that may be repeated. */
export const mostClaimedAgain = z
  .number()
  .int()
  .min(0)
  .max(mostAtOnce)
  .default(1)
  .meta({ description: "0 with `repeated`: only the tasks that the earlier call started." });
