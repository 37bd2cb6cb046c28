import type { RequestNow, RequestView } from "../views.ts";
import { clean, print } from "./print.ts";

export function printRequest(
  request: RequestView & Partial<Pick<RequestNow, "waiting" | "warnings">>,
): void {
  const { counters: c, dataset, waiting, warnings = [] } = request;
  const lines: [string, string | null][] = [
    ["id", request.id],
    ["title", request.title],
    ["state", request.reason === null ? request.state : `${request.state}: ${request.reason}`],
    ["round", request.round > 1 ? String(request.round) : null],
    [
      "dataset",
      `${dataset.did ?? dataset.finder} (${dataset.files} ` +
        `files${request.incomplete ? ", incomplete" : ""})`,
    ],
    [
      "files",
      `${c.total} total, ${c.done} done, ${c.failed} failed, ${c.canceled} canceled, ` +
        `${c.waiting + c.queued} waiting, ${c.running} running`,
    ],
    ...request.steps.map((step): [string, string] => [
      `step ${step.step}`,
      `${step.operation}, ${step.passed + step.done} done, ${step.failed} failed`,
    ]),
    ["now", waiting?.sentence ?? null],
    ...warnings.map(({ message }): [string, string] => ["warning", message]),
    ["expected", waiting?.eta ? expected(waiting.eta) : null],
    ["submitted", request.created_at],
    ["finished", request.finished_at],
    ["deadline", request.deadline],
  ];
  for (const [name, text] of lines) if (text !== null) print(`${name.padEnd(10)} ${clean(text)}`);
}

/** The expected end and the confidence in it. */
export function expected({
  p50,
  p90,
  confidence,
}: NonNullable<NonNullable<RequestNow["waiting"]>["eta"]>): string {
  return `${p50}, with 90 % probability before ${p90} (${confidence} confidence)`;
}

/** How a request ended, and what to know of its results. */
export function ending(request: RequestNow): string {
  const warnings = request.warnings.map(({ message }) => `Warning: ${clean(message)}`);
  return [counted(request), ...warnings].join("\n");
}

function counted({
  state,
  reason,
  counters: { total, done, failed, canceled },
}: RequestView): string {
  const rest = `${failed ? `, ${failed} failed` : ""}${canceled ? `, ${canceled} canceled` : ""}`;
  const count = `${done} of ${total} files done${rest}`;
  return reason === null ? `${state}: ${count}` : `${state} (${clean(reason)}): ${count}`;
}
