// What a worker's claim of files and an agent's claim of tasks have in common.
import { z } from "zod";

export const operationNames = z.array(z.string().min(1).max(100)).min(1).max(100);

const mostAtOnce = 1000;

/** Most files or tasks in one response, and at least `least`. */
export function mostClaimed(least: 0 | 1) {
  return z.number().int().min(least).max(mostAtOnce).default(1);
}

export function waitSeconds(description: string) {
  return z.number().min(0).max(30).default(0).meta({ description });
}
