import { join } from "node:path";
import { type FileList, piecesOf } from "../../datasets/chunks.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { notOffered } from "../../operations/offered.ts";
import type { SubmitInput } from "../views.ts";
import type { UncheckedStep } from "./submit-store.ts";

/** number of files that an operation may check before a request is accepted */
const checkedFiles = 3;

/**
 * Throws `RequestError` for a step that can never work. Returns the steps that could not be
 * checked, with the reason.
 */
export async function checkSteps(
  ctx: Deps<"config" | "operations">,
  input: SubmitInput,
  caller: { owner: string; signal: AbortSignal | undefined },
): Promise<UncheckedStep[]> {
  const unchecked: UncheckedStep[] = [];
  const firstFiles = "files" in input.dataset ? await firstOf(input.dataset.files) : [];
  for (const [index, step] of input.steps.entries()) {
    const operation = ctx.operations.get(step.operation);
    if (!operation) throw unknownOperation(step.operation, [...ctx.operations.keys()], index);
    const next = input.steps[index + 1];
    try {
      const reason = await operation.check?.(step.settings, {
        ...caller,
        ...(next && { next: { operation: next.operation, settings: next.settings } }),
        inputFolders: ctx.config.inputFolders,
        scratch: join(ctx.config.dataDir, "checks"),
        facility: ctx.config.facility[step.operation] ?? {},
        ...(index === 0 ? { firstFiles } : {}),
      });
      if (reason !== undefined) unchecked.push({ step: index + 1, reason });
    } catch (error) {
      throw error instanceof RequestError ? inStep(error, index) : error;
    }
  }
  return unchecked;
}

async function firstOf(files: FileList<string | string[]>): Promise<string[][]> {
  for await (const piece of piecesOf(files))
    return piece.slice(0, checkedFiles).map((replicas) => [replicas].flat());
  return [];
}

/** An operation does not know which step its settings belong to: its pointers begin there. */
function inStep({ status, code, message, errors }: RequestError, index: number): RequestError {
  const placed = errors.map(({ pointer, detail }) => ({
    pointer: `/steps/${index}${pointer}`,
    detail,
  }));
  return new RequestError(status, code, message, placed);
}

function unknownOperation(name: string, known: string[], index: number): RequestError {
  const detail = notOffered(name, known);
  return new RequestError(422, "unknown_operation", detail, [
    { pointer: `/steps/${index}/operation`, detail },
  ]);
}
