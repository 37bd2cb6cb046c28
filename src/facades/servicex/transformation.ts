// A request as ServiceX shows it: the object that its clients poll.

import type { Deps } from "../../deps.ts";
import { isFinal } from "../../requests/state.ts";
import type { RequestSummary, RequestView, StepSummary, StepView } from "../../requests/views.ts";
import { version } from "../../version.ts";
import { echoedFieldsOf } from "./echoed-fields.ts";
import { type ImagesOfGenerators, imagesOfGenerators } from "./generators.ts";
import { extrasOf, type TransformationExtras } from "./store.ts";
import { timestamp } from "./times.ts";
import { type Status, statusOf } from "./words.ts";

export interface Transformation {
  request_id: string;
  title: string | null;
  did: string;
  did_id: number;
  selection: string;
  columns: null;
  "tree-name": string | null;
  image: string;
  workers: number | null;
  "workflow-name": string;
  "result-destination": "object-store" | "volume";
  "result-format": string;
  "generated-code-cm": string;
  status: Status;
  "failure-info": string | null;
  "app-version": string;
  "code-gen-image": string;
  files: number;
  "files-completed": number;
  "files-failed": number;
  "files-processed": number;
  "files-skipped": number;
  "files-remaining": number | null;
  "submit-time": string;
  "finish-time": string | null;
}

/**
 * Of a page of requests. In a list the selection is empty: it may have a megabyte, and clients
 * require the field but do not show it there.
 */
export async function toTransformations(
  ctx: Deps<"config" | "db" | "operations">,
  views: readonly (RequestSummary | RequestView)[],
): Promise<Transformation[]> {
  const extras = await extrasOf(
    ctx.db.query,
    views.map((view) => view.id),
  );
  const images = imagesOfGenerators(ctx);
  return views.map((view) => toTransformation(view, extras.get(view.id), images));
}

function toTransformation(
  view: RequestSummary | RequestView,
  extras: TransformationExtras | undefined,
  images: ImagesOfGenerators,
): Transformation {
  const echoed = echoedFieldsOf(view);
  const step = view.steps.at(-1);
  const generator = echoed.codegen ?? extras?.generator ?? step?.operation ?? "unknown";
  const generatorImage = images.imageOf(generator);
  const counts = countsOf(view, extras);
  const finishedAt =
    view.finished_at ?? (view.state === "canceling" ? extras?.cancelAskedAt : undefined);
  return {
    request_id: view.id,
    title: view.title,
    did: didOf(view),
    did_id: Number(view.dataset.id),
    selection: selectionOf(step),
    columns: null,
    "tree-name": echoed["tree-name"] ?? null,
    image: extras?.image ?? generatorImage,
    workers: view.workers,
    "workflow-name": "selection_codegen",
    "result-destination": echoed["result-destination"] ?? "object-store",
    "result-format": formatFor(echoed["result-format"]),
    "generated-code-cm": images.isOutside(generator) ? `${view.id}-generated-source` : "",
    status: statusOf({
      state: view.state,
      beganLookup: extras?.firstOfDataset ?? true,
    }),
    "failure-info": view.reason ?? extras?.datasetWarning ?? null,
    "app-version": version,
    "code-gen-image": generatorImage,
    files: counts.files,
    "files-completed": counts.completed,
    "files-failed": counts.failed,
    "files-processed": counts.completed,
    "files-skipped": counts.failed,
    "files-remaining": counts.remaining,
    "submit-time": timestamp(view.created_at),
    "finish-time": finishedAt ? timestamp(finishedAt) : null,
  };
}

/**
 * Clients know no word for CSV, JSON and arrow, and one row that they cannot read fails their whole
 * list.
 */
function formatFor(asked: string | undefined): string {
  return asked === "root-file" || asked === "root-rntuple" ? asked : "parquet";
}

function selectionOf(step: StepSummary | StepView | undefined): string {
  const { selection } = step && "settings" in step ? step.settings : {};
  return typeof selection === "string" ? selection : "";
}

/**
 * `completed` is the number of results that can be downloaded: a client waits for exactly so many
 * names. While the list of files is open, what remains is null, because the oldest clients take a 0
 * for the end.
 */
function countsOf(
  { counters, state, dataset }: RequestSummary,
  extras: TransformationExtras | undefined,
) {
  const completed = extras?.delivered ?? counters.done;
  const failed = counters.failed + counters.canceled;
  const known =
    isFinal(state) ||
    state === "canceling" ||
    (state === "running" && counters.total >= dataset.files);
  const remaining = counters.total - counters.done - failed;
  return { files: counters.total, completed, failed, remaining: known ? remaining : null };
}

/** A list of files is named by its hash, as ServiceX names it. */
function didOf({ dataset }: RequestSummary): string {
  return dataset.finder === "user" ? dataset.name : `${dataset.finder}://${dataset.name}`;
}
