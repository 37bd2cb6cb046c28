import type { RequestView } from "../views.ts";

export const counterStates = [
  "waiting",
  "queued",
  "running",
  "done",
  "failed",
  "canceled",
] as const;

/** Equal for two views of a request whose state, round and counters are the same. */
export function visibleState({
  round,
  state,
  counters,
}: Pick<RequestView, "counters" | "round" | "state">): string {
  return [round, state, ...counterStates.map((name) => counters[name])].join(".");
}
