// `GET stage/<id>`: how each file of a request stands. Times are whole seconds since 1970.
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { isFinal } from "../../requests/state.ts";
import type { FileView, RequestView } from "../../requests/views.ts";
import type { Parts } from "./parts.ts";
import { findStage } from "./stage-request.ts";
import { type StagedFile, stagedFiles } from "./staged-files.ts";

type State = "SUBMITTED" | "STARTED" | "COMPLETED" | "FAILED" | "CANCELLED";

interface FileProgress {
  path: string;
  state: State;
  startedAt?: number;
  finishedAt?: number;
  error?: string;
}

interface Progress {
  id: string;
  createdAt: number;
  startedAt: number;
  completedAt?: number;
  files: FileProgress[];
}

export async function progressOf(
  ctx: Deps<"db">,
  parts: Pick<Parts, "limitsOf">,
  caller: Caller,
  id: string,
): Promise<Progress> {
  const { view, data } = await findStage(ctx, parts, caller, { id, action: "request.read" });
  const createdAt = seconds(view.created_at);
  const staged = await stagedFiles(ctx, caller, view);
  return {
    id: view.id,
    createdAt,
    startedAt: view.started_at === null ? createdAt : seconds(view.started_at),
    ...(view.finished_at !== null && { completedAt: seconds(view.finished_at) }),
    files: [
      ...[...staged.values()].map((one) => ofFile(one, view)),
      ...data.refused.map(({ path, error }) => ofRefused(path, error, createdAt)),
    ],
  };
}

function ofFile({ path, file }: StagedFile, view: RequestView): FileProgress {
  if (!file) return { path, ...ofUnregistered(view) };
  const at = seconds(file.updated_at);
  switch (file.state) {
    case "waiting":
    case "queued":
      return { path, state: isTried(file) ? "STARTED" : "SUBMITTED" };
    case "running":
      return { path, state: "STARTED", startedAt: at };
    case "done":
      return { path, state: "COMPLETED", finishedAt: at };
    case "canceled":
      return { path, state: "CANCELLED", finishedAt: at };
    case "failed":
      return { path, state: "FAILED", finishedAt: at, error: reasonOf(file, view) };
  }
}

/** A state never goes back: a file that is tried again has been started. */
function isTried({ state, attempt }: FileView): boolean {
  return attempt > (state === "queued" ? 1 : 0);
}

/** Its request may end before the ledger has its files. */
function ofUnregistered(view: RequestView): Omit<FileProgress, "path"> {
  if (!isFinal(view.state)) return { state: "SUBMITTED" };
  if (view.state === "canceled") return { state: "CANCELLED" };
  return { state: "FAILED", error: view.reason ?? "The request has ended." };
}

function ofRefused(path: string, error: string, at: number): FileProgress {
  return { path, state: "FAILED", finishedAt: at, error };
}

function reasonOf({ error }: FileView, { reason }: RequestView): string {
  return error?.message || (reason ?? "The recall of this file failed.");
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
