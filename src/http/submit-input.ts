import type { FileList } from "../datasets/chunks.ts";
import type { Operation } from "../operations/contract.ts";
import type { SubmitInput } from "../requests/views.ts";
import type { SubmitBody, SubmittedFile } from "./schemas/submit.ts";
import { parseSteps } from "./steps.ts";

/** What a use case is given of a submit's body. `list`: its files, which the body is without. */
export function submitInputOf(
  operations: ReadonlyMap<string, Operation>,
  body: SubmitBody,
  list: FileList<SubmittedFile> | undefined,
): SubmitInput {
  return {
    title: body.title,
    dataset: list ? { files: list } : body.dataset,
    steps: parseSteps(operations, body.steps),
    deadlineSeconds: body.deadline_seconds,
    workers: body.workers,
    priority: body.priority,
    stopAfterFailedPercent: body.stop_after_failed_percent,
  };
}
