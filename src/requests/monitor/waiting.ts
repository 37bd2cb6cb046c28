import type { Eta } from "./eta.ts";
import type { Place } from "./place-in-line.ts";

export const waitingReasons = [
  "finder",
  "queue",
  "store",
  "workers",
  "scheduler",
  "slot",
  "limit",
  "retry",
  "given_back",
  "disk",
  "work",
  "outside",
  "ending",
  "finishing",
] as const;

export interface Waiting {
  reason: (typeof waitingReasons)[number];
  /** for a person */
  sentence: string;
  /** null while none of its files is ready for a worker */
  place: Place | null;
  eta: Eta | null;
}

export type Why = Pick<Waiting, "reason" | "sentence">;
