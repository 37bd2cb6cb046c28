import { join } from "node:path";
import { type FileList, piecesOf } from "../../datasets/chunks.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Operation, Settings, SubmitCheck } from "../../operations/contract.ts";
import { notOffered } from "../../operations/offered.ts";
import type { SubmitInput } from "../views.ts";
import type { Readable } from "./readable.ts";
import type { UncheckedStep } from "./submit-store.ts";

/** number of files that an operation may check before a request is accepted */
const checkedFiles = 3;

export interface Submitter {
  owner: string;
  signal: AbortSignal | undefined;
  readable: Pick<Readable, "folders">;
}

/**
 * Throws `RequestError` for a step that can never work. Returns the steps that could not be
 * checked, with the reason.
 */
export async function checkSteps(
  ctx: Deps<"config" | "operations">,
  input: SubmitInput,
  caller: Submitter,
): Promise<UncheckedStep[]> {
  const unchecked: UncheckedStep[] = [];
  for (const [index, { operation, settings, at }] of (
    await checksOf(ctx, input, caller)
  ).entries()) {
    const reason = await inStep(index, async () => operation.check?.(settings, at));
    if (reason !== undefined) unchecked.push({ step: index + 1, reason });
  }
  return unchecked;
}

interface StepCheck {
  operation: Operation;
  settings: Settings;
  at: SubmitCheck;
}

/** What each operation gets to check its step. Throws for one that is not offered. */
export async function checksOf(
  { config, operations }: Deps<"config" | "operations">,
  { dataset, steps }: SubmitInput,
  { readable, ...caller }: Submitter,
): Promise<StepCheck[]> {
  const firstFiles = "files" in dataset ? await firstOf(dataset.files) : [];
  return steps.map((step, index) => {
    const operation = operations.get(step.operation);
    if (!operation) throw unknownOperation(step.operation, [...operations.keys()], index);
    const next = steps[index + 1];
    const at = {
      ...caller,
      ...(next && { next: { operation: next.operation, settings: next.settings } }),
      inputFolders: readable.folders,
      workersAreHere: config.runner === "local",
      scratch: join(config.dataDir, "checks"),
      facility: config.facility[step.operation] ?? {},
      ...(index === 0 ? { firstFiles } : {}),
    };
    return { operation, settings: step.settings, at };
  });
}

async function firstOf(files: FileList<string | string[]>): Promise<string[][]> {
  for await (const piece of piecesOf(files))
    return piece.slice(0, checkedFiles).map((replicas) => [replicas].flat());
  return [];
}

/** An operation does not know which step its settings belong to: its pointers begin there. */
export async function inStep<Answer>(index: number, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { status, code, message, errors } = error;
    const placed = errors.map(({ pointer, detail }) => ({
      pointer: `/steps/${index}${pointer}`,
      detail,
    }));
    throw new RequestError(status, code, message, placed);
  }
}

function unknownOperation(name: string, known: string[], index: number): RequestError {
  const detail = notOffered(name, known);
  return new RequestError(422, "unknown_operation", detail, [
    { pointer: `/steps/${index}/operation`, detail },
  ]);
}
