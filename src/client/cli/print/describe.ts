import type { FileWithHistory, RequestNow, RequestSummary, RequestView } from "../../views.ts";
import { hasColors } from "./console-options.ts";
import { localTimeWithZone } from "./local-time.ts";
import { clean, print } from "./print.ts";
import { stateColored } from "./state-color.ts";

export type Line = [name: string, text: string | null];

export function printRequest(
  request: RequestView & Partial<Pick<RequestNow, "waiting" | "warnings">>,
): void {
  const { counters: c, dataset, waiting, warnings = [] } = request;
  printLines([
    ["id", request.id],
    ["number", String(request.number)],
    ["title", request.title],
    ["state", stateOf(request)],
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
    ...request.steps.map(
      (step): Line => [
        `step ${step.step}`,
        `${step.operation}, ${step.passed + step.done} done, ${step.failed} failed`,
      ],
    ),
    ["now", waiting?.sentence ?? null],
    ["expected", waiting?.eta ? expected(waiting.eta) : null],
    ["submitted", localTimeWithZone(request.created_at)],
    ["finished", request.finished_at && localTimeWithZone(request.finished_at)],
    ["deadline", request.deadline && localTimeWithZone(request.deadline)],
    ...warnings.map(({ code, message, files }): Line => {
      const examples = files.length > 0 ? ` (file ${files.join(", ")})` : "";
      return ["warning", `${code}: ${message}${examples}`];
    }),
  ]);
}

/** How a file was read in each step, and how it stands. */
export function printFile({
  results,
  readings,
  error,
  given_back: givenBack,
  ...file
}: FileWithHistory): void {
  printLines([
    ["file", String(file.file)],
    ...file.paths.map((path): Line => ["path", path]),
    ["state", file.state],
    ["step", String(file.step)],
    ["attempt", String(file.attempt)],
    ["worker", file.worker],
    ["error", error && `${error.class}: ${error.message}`],
    ["given back", givenBack?.sentence ?? null],
    ...results.map(
      ({ step, name, size }): Line => ["result", `step ${step}: ${name}, ${size} bytes`],
    ),
    ...readings.map(
      ({ step, attempt, read_as: readAs }): Line => [
        "read as",
        `step ${step}, attempt ${attempt}, ${readAsText(readAs)}`,
      ],
    ),
    ...file.history.map(({ timestamp, step, attempt, status, info, input }): Line => {
      const read = input ? `, read ${input.size} bytes, sha256 ${input.sha256}` : "";
      const about = info === null ? read : `: ${info}`;
      return [
        "history",
        `${localTimeWithZone(timestamp)} step ${step}, attempt ${attempt}, ${status}${about}`,
      ];
    }),
  ]);
}

/** `csv, delimiter ",", header true: a BIGINT, b VARCHAR` */
function readAsText(readAs: Record<string, unknown>): string {
  const { format, columns, types, ...more } = readAs;
  const names = Array.isArray(columns) ? columns : [];
  const typeAt = (index: number) => (Array.isArray(types) ? types[index] : undefined);
  const how = Object.entries(more).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  const listed = names.map((name, index) => `${name} ${typeAt(index) ?? ""}`.trim());
  return `${[format, ...how].join(", ")}: ${listed.join(", ")}`;
}

function stateOf(request: RequestView): string {
  const { state, reason } = request;
  const nothing = isNothingDone(request) ? `${state}, but no file was done` : state;
  return reason === null ? nothing : `${nothing}: ${reason}`;
}

/** For lists: as short as a state, so that a row fits a terminal. */
export function shortStateOf(request: RequestSummary): string {
  return isNothingDone(request) ? "none done" : request.state;
}

/** `complete` alone would be read as a success. */
function isNothingDone({ state, counters }: Pick<RequestView, "counters" | "state">): boolean {
  return state === "complete" && counters.done === 0;
}

/** A name and its text each; what is null is left out. */
export function printLines(lines: Line[]): void {
  for (const [name, text] of lines)
    if (text !== null) {
      const shown = name === "state" ? stateColored(clean(text), hasColors()) : clean(text);
      print(`${name.padEnd(10)} ${shown}`);
    }
}

/** The expected end and the confidence in it. */
export function expected({
  p50,
  p90,
  confidence,
}: NonNullable<NonNullable<RequestNow["waiting"]>["eta"]>): string {
  const [likely, latest] = [p50, p90].map(localTimeWithZone);
  return `${likely}, with 90 % probability before ${latest} (${confidence} confidence)`;
}

/** How a request ended, and what to know of its results. */
export function ending(request: RequestNow): string {
  const warnings = request.warnings.map(({ message }) => `Warning: ${clean(message)}`);
  return [counted(request), ...warnings].join("\n");
}

function counted(request: RequestView): string {
  const { state, reason, counters } = request;
  const { total, done, failed, canceled } = counters;
  if (isNothingDone(request)) {
    const why = total === 0 ? "the dataset has no files" : `${failed} of ${total} files failed`;
    return `complete${reason === null ? "" : ` (${clean(reason)})`}, but no file was done: ${why}`;
  }
  const rest = `${failed ? `, ${failed} failed` : ""}${canceled ? `, ${canceled} canceled` : ""}`;
  const count = `${done} of ${total} files done${rest}`;
  return reason === null ? `${state}: ${count}` : `${state} (${clean(reason)}): ${count}`;
}
