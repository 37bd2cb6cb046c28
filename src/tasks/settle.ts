import { separate } from "../addresses/sealed.ts";
import { local } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import type { FileKey, FileOutcome, TaskError } from "../operations/contract.ts";
import { isServiceOperation } from "../operations/offered.ts";
import { fingerprintOf } from "../requests/reports/fingerprint.ts";
import { infoLength, readLength, report } from "../requests/reports/report.ts";
import { readableText, sanitize } from "../requests/reports/sanitize.ts";
import type { Report, ReportAnswer } from "../requests/views.ts";
import { abortStale, leaveTask, type OpenFile, openFilesOf } from "./file-store.ts";
import { goBack } from "./go-back-store.ts";
import { type LocatedFile, setLocations } from "./location-store.ts";

export type Settled = FileKey & FileOutcome;
/** What recording the outcomes of files touches. */
export type SettleDeps = Deps<
  | "advanceQueue"
  | "batcher"
  | "config"
  | "db"
  | "ledger"
  | "metrics"
  | "notifier"
  | "operations"
  | "stepOperations"
  | "store"
  | "verifyingKeys"
>;

/**
 * Records the outcomes of files of a task. An outcome is recorded like a worker's report; repeated,
 * it is a duplicate, so the next poll of the task completes an interrupted call.
 */
export async function settle(
  ctx: SettleDeps,
  task: { id: string; operation: string },
  settled: Settled[],
): Promise<void> {
  // Most polls settle nothing, and then none of the task's files is read
  if (settled.length === 0) return;
  const byKey = new Map(settled.map((outcome) => [keyOf(outcome), outcome]));
  const open = await openFilesOf(ctx.ledger.query, task.id, [...byKey.values()]);
  const files = open.flatMap((file) => {
    const outcome = byKey.get(keyOf(file));
    return outcome ? [{ file, outcome }] : [];
  });
  if (files.length === 0) return;
  await locate(ctx, task.id, files);
  const reported = files.filter(({ outcome }) => outcome.status !== "gone_back");
  const returned = files.filter(({ outcome }) => outcome.status === "gone_back");
  const stale = [
    ...(await reportAll(ctx, task, reported)),
    ...(await sendBack(ctx, task.id, returned)),
  ];
  if (stale.length > 0) await abortStale(ctx.ledger.query, task.id, stale);
}

interface SettledFile {
  file: OpenFile;
  outcome: Settled;
}

function keyOf({ request, file }: FileKey): string {
  return `${request.toLowerCase()}/${file}`;
}

async function locate(
  ctx: Deps<"ledger" | "verifyingKeys">,
  task: string,
  files: SettledFile[],
): Promise<void> {
  const located = files.flatMap(({ file, outcome }) =>
    outcome.status === "success" && outcome.location !== undefined
      ? [{ ...file, ...locationOf(ctx, outcome.location) }]
      : [],
  );
  if (located.length > 0) await ctx.ledger.tx((query) => setLocations(query, task, located));
}

function locationOf(
  { verifyingKeys }: Deps<"verifyingKeys">,
  location: string,
): Pick<LocatedFile, "location" | "sealed"> {
  const { shown, sealed } = separate(verifyingKeys, [sanitize(location)]);
  return { location: shown[0] ?? "", sealed };
}

/** Returns the files whose report no longer counts. */
async function reportAll(
  ctx: SettleDeps,
  { id, operation }: { id: string; operation: string },
  files: SettledFile[],
): Promise<OpenFile[]> {
  const answered = await reportFiles(ctx, id, files);
  const refused = answered.filter(({ answer }) => answer.startsWith("refused"));
  const again = await reportFiles(ctx, id, refused.map(refusedFile));
  const recorded = [...answered, ...again].filter(({ answer }) => isRecorded(answer));
  const succeeded = recorded.filter(({ outcome }) => outcome.status === "success");
  const failed = recorded.filter(({ outcome }) => outcome.status !== "success");
  const known = ctx.operations.get(operation);
  const holds = known !== undefined && isServiceOperation(known) && !!known.release;
  await leave(ctx, id, succeeded, { changesStep: true, holds });
  await leave(ctx, id, failed, { changesStep: false, holds: false });
  return [...answered, ...again]
    .filter(({ answer }) => answer === "superseded" || answer === "unknown")
    .map(({ file }) => file);
}

interface AnsweredFile extends SettledFile {
  answer: ReportAnswer;
}

async function reportFiles(
  ctx: SettleDeps,
  task: string,
  files: SettledFile[],
): Promise<AnsweredFile[]> {
  if (files.length === 0) return [];
  const answers = await report(ctx, local, `task ${task}`, files.map(reportOf));
  return files.map((file, at) => ({ ...file, answer: answers[at] ?? "unknown" }));
}

function isRecorded(answer: ReportAnswer): boolean {
  return answer === "recorded" || answer === "duplicate";
}

function reportOf({ file, outcome }: SettledFile): Report {
  const { request, file: id, step, attempt } = file;
  const key = { request, file: id, step, attempt };
  if (outcome.status === "success") return { ...key, status: "success", results: outcome.results };
  return {
    ...key,
    status: outcome.status === "retry" ? "retry" : "failure",
    error: outcome.error,
  };
}

/** A success whose object the store does not have is another try. */
function refusedFile({ file, outcome, answer }: AnsweredFile): SettledFile {
  const message = `The result was not accepted: ${answer}`;
  const error = { class: "unavailable", message };
  return {
    file,
    outcome: { request: outcome.request, file: outcome.file, status: "retry", error },
  };
}

async function leave(
  ctx: Deps<"ledger">,
  task: string,
  files: SettledFile[],
  how: { changesStep: boolean; holds: boolean },
): Promise<void> {
  if (files.length === 0) return;
  const keys = files.map(({ file }) => file);
  await ctx.ledger.tx((query) => leaveTask(query, task, keys, how));
}

async function sendBack(ctx: SettleDeps, task: string, files: SettledFile[]): Promise<OpenFile[]> {
  if (files.length === 0) return [];
  const moved = await ctx.ledger.tx(async (query) => {
    const rows = await goBack(query, task, files.map(returnedFile), ctx.config.fileAttempts);
    await leaveTask(query, task, rows, { changesStep: true, holds: false });
    return rows;
  });
  for (const request of new Set(moved.map((row) => row.request))) {
    ctx.advanceQueue.add(request);
    ctx.notifier.notify(`request:${request}`);
  }
  const keys = new Set(moved.map(keyOf));
  return files.map(({ file }) => file).filter((file) => !keys.has(keyOf(file)));
}

function returnedFile({ file, outcome }: SettledFile) {
  const error: TaskError =
    "error" in outcome ? outcome.error : { class: "not_found", message: "It is gone." };
  const message = readableText(error.message.slice(0, readLength));
  const { fingerprint, groupMessage } = fingerprintOf(sanitize(error.class), message);
  return {
    request: file.request,
    file: file.file,
    fingerprint,
    groupMessage,
    class: sanitize(error.class).slice(0, 64),
    info: message.slice(0, infoLength),
  };
}
