// The list of operations: a new one is a folder and a line here.
import type { Operation } from "./contract.ts";
import { noop } from "./noop/index.ts";
import { transform } from "./transform/index.ts";

export const allOperations: Operation[] = [transform, noop];

/** The operations of these names; an unknown name is refused with the known ones. */
export function enabledOperations(names: readonly string[]): Operation[] {
  return [...new Set(names)].map((name) => {
    const operation = allOperations.find((one) => one.name === name);
    if (!operation)
      throw new Error(
        `There is no operation ${JSON.stringify(name)}; known are ${allOperations.map((one) => one.name).join(", ")}.`,
      );
    return operation;
  });
}
