import type { FieldError } from "../errors.ts";
import type { Operation } from "../operations/contract.ts";
import { notOffered } from "../operations/offered.ts";
import type { RetryPolicy } from "../requests/retry-policy.ts";
import type { StepInput } from "../requests/views.ts";
import { badInput } from "./parse.ts";
import { fieldErrors, mostErrors } from "./sentences.ts";

/** Each step's settings go through its operation's own schema. */
export function parseSteps(
  operations: ReadonlyMap<string, Operation>,
  steps: readonly ({ operation: string; retry?: RetryPolicy | undefined } & Record<
    string,
    unknown
  >)[],
): StepInput[] {
  const errors: FieldError[] = [];
  const parsed: StepInput[] = [];
  for (const [index, { operation: name, retry, ...settings }] of steps.entries()) {
    if (errors.length > mostErrors) break;
    const operation = operations.get(name);
    if (!operation) {
      errors.push({
        pointer: `/steps/${index}/operation`,
        detail: notOffered(name, [...operations.keys()]),
      });
      continue;
    }
    const result = operation.settings.safeParse(settings, { reportInput: true });
    if (result.success) parsed.push({ operation: name, settings: result.data, retry });
    else
      errors.push(
        ...fieldErrors(operation.settings, result.error.issues, ["steps", String(index)]),
      );
  }
  if (errors.length > 0) throw badInput(errors);
  return parsed;
}
