import type { Query } from "../../db/client.ts";
import { operationRows } from "./step-operations-store.ts";

interface StepKey {
  request: string;
  step: number;
}

/** The operation of each step, in the given order; undefined for a step that does not exist. */
export type StepOperations = (steps: readonly StepKey[]) => Promise<(string | undefined)[]>;

const mostKept = 10_000;

/** A step's operation never changes, so it is read once and not for each of a million reports. */
export function makeStepOperations(query: Query): StepOperations {
  const known = new Map<string, string>();
  return async (steps) => {
    const requests = new Set(
      steps.filter((step) => !known.has(keyOf(step))).map(({ request }) => request.toLowerCase()),
    );
    if (requests.size > 0)
      for (const row of await operationRows(query, [...requests]))
        known.set(keyOf(row), row.operation);
    const operations = steps.map((step) => known.get(keyOf(step)));
    while (known.size > mostKept) known.delete(known.keys().next().value ?? "");
    return operations;
  };
}

function keyOf({ request, step }: StepKey): string {
  return `${request.toLowerCase()}.${step}`;
}
