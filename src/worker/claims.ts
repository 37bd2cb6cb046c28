import { randomUUID } from "node:crypto";
import type { Task } from "../operations/contract.ts";
import type { RefusedWork } from "./refused-work.ts";
import type { WorkApi } from "./work-api.ts";

export interface Claims {
  /** Rejects where the answer was lost; the next claim then gets the same tasks. */
  take(max: number, signal: AbortSignal): Promise<Task[]>;
  /** The tasks of a last claim without an answer, which a stop has ended; none if there is none. */
  takeLost(): Promise<Task[]>;
}

const longPollSeconds = 25;
const lostSeconds = 4;

/** The claims of one loop, one after the other. */
export function makeClaims(
  api: Pick<WorkApi, "claim">,
  wanted: { operations: string[]; request?: string | undefined },
  refused: Pick<RefusedWork, "current" | "secondsLeft">,
): Claims {
  let id: string = randomUUID();
  let repeated = false;

  return {
    async take(max, signal) {
      try {
        const waitSeconds = Math.min(longPollSeconds, Math.ceil(refused.secondsLeft() ?? 60));
        const without = refused.current();
        const claim = { ...wanted, without, id, repeated, max, waitSeconds, signal };
        const tasks = await api.claim(claim);
        id = randomUUID();
        repeated = false;
        return tasks;
      } catch (error) {
        repeated = true;
        throw error;
      }
    },
    async takeLost() {
      if (!repeated) return [];
      const signal = AbortSignal.timeout(lostSeconds * 1000);
      return api.claim({ ...wanted, id, repeated, max: 0, waitSeconds: 0, signal });
    },
  };
}
