// A job as the API shows it (its contract, 1.3).
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { fileNamesOf } from "../../operations/extract/file-names.ts";
import { listFiles } from "../../requests/read/files.ts";
import { isFinal } from "../../requests/state.ts";
import type { FileView, RequestView } from "../../requests/views.ts";
import { downloadPath, zipNameOf } from "./download-path.ts";
import type { Version } from "./question.ts";

export type JobStatus = "queued" | "started" | "finished" | "failed";

export interface Job {
  id: string;
  job_url: string;
  meta: JobMeta | Record<string, never>;
  ttl: number | null;
  status: JobStatus;
  file_name?: string;
  file_url?: string;
}

interface JobMeta {
  created_files: number;
  total_files: number;
  errors?: Record<string, string[]>;
  /** of operations with one: which number is which */
  points?: { operation: string; lat: number; lon: number }[];
  notes?: string[];
}

export interface JobName {
  version: Version;
  id: string;
  caller: Caller;
}

export async function jobOf(
  ctx: Deps<"config" | "db" | "signingKey" | "urls">,
  view: RequestView,
  { version, id, caller }: JobName,
): Promise<Job> {
  const status = statusOf(view);
  const hasFile = status === "finished" || version === "v1";
  const base = ctx.urls.public();
  return {
    id,
    job_url: `${base}/isimip/api/${version}/${id}`,
    meta: status === "queued" ? {} : await metaOf(ctx, view, { version, id, caller }),
    ttl: secondsLeft(view, ctx.config.resultTtlDays),
    status,
    ...(hasFile && {
      file_name: zipNameOf(id),
      file_url: base + downloadPath(ctx, view.id, zipNameOf(id)),
    }),
  };
}

/** One that was stopped has failed, as far as its clients can know. */
export function statusOf({ state, counters }: RequestView): JobStatus {
  if (state === "complete") return counters.done > 0 ? "finished" : "failed";
  if (isFinal(state) || state === "canceling") return "failed";
  const begun = counters.running + counters.done + counters.failed;
  return begun > 0 ? "started" : "queued";
}

const daySeconds = 86_400;

/** How long the job is kept; null: until it is deleted. */
function secondsLeft(
  { finished_at: end }: RequestView,
  days: number | undefined,
  now = Date.now(),
): number | null {
  if (days === undefined) return null;
  const ended = end === null ? now : Date.parse(end);
  return Math.max(0, Math.ceil(days * daySeconds - (now - ended) / 1000));
}

async function metaOf(
  ctx: Deps<"config" | "db">,
  view: RequestView,
  { version, id, caller }: JobName,
): Promise<JobMeta> {
  const { counters, dataset } = view;
  const meta = { created_files: counters.done, total_files: dataset.files };
  const errors = counters.failed > 0 ? await errorsOf(ctx, view, caller) : {};
  if (view.state !== "complete" && view.reason !== null) errors[zipNameOf(id)] = [view.reason];
  const hasErrors = version === "v2" || Object.keys(errors).length > 0;
  const points = pointsOf(view);
  const notes = notesOf(view);
  return {
    ...meta,
    ...(hasErrors && { errors }),
    ...(points.length > 0 && { points }),
    ...(notes.length > 0 && { notes }),
  };
}

const page = 1000;

/** Why files failed, by their names in the zip's errors.json, without folders of this machine. */
async function errorsOf(
  ctx: Deps<"config" | "db">,
  { id }: RequestView,
  caller: Caller,
): Promise<Record<string, string[]>> {
  const files: FileView[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await listFiles(ctx, id, caller, { cursor, limit: page });
    files.push(...items);
    if (next === null) break;
    cursor = next;
  }
  const names = fileNamesOf(files.map(({ paths }) => paths[0] ?? ""));
  const folder = `${ctx.config.isimip?.inputPath}/`;
  return Object.fromEntries(
    files.flatMap(({ state, error, paths }, index) => {
      const name = names[index] ?? "";
      if (state !== "failed") return [];
      const text = (error?.message ?? "").replaceAll(paths[0] ?? folder, () => name);
      return [[name, [text.replaceAll(folder, "")]] as const];
    }),
  );
}

function pointsOf({ steps }: RequestView): NonNullable<JobMeta["points"]> {
  const operations = steps[0]?.settings.operations;
  if (!Array.isArray(operations)) return [];
  return operations.flatMap(({ operation, point }) => (point ? [{ operation, ...point }] : []));
}

function notesOf({ facade }: RequestView): string[] {
  const { notes } = (facade?.isimip ?? {}) as { notes?: string[] };
  return notes ?? [];
}
