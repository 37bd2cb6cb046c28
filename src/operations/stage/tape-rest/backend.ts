// A tape system by the WLCG Tape REST API, version 1: a request of the server for each task. It has
// pins, for TAPE_REST_LIFETIME_SECONDS, and they are released when the next step is done.
import type {
  FileKey,
  FileOutcome,
  Progress,
  ServiceContext,
  ServiceTask,
} from "../../contract.ts";
import type { TapeAnswer, TapeBackend } from "../backend.ts";
import { type LocatedFiles, locatePaths, type SettledFile } from "../located.ts";
import { pollEach } from "../poll-each.ts";
import type { StageFacility, StageSettings } from "../settings.ts";
import { openTapeRest, type TapeRest } from "./calls.ts";
import { answerOf, outcomeOf } from "./decide.ts";
import { plainPath, type StageProgress } from "./words.ts";

type Task = ServiceTask<StageSettings>;
type Context = ServiceContext<StageFacility>;

export const tapeRest: TapeBackend = {
  seesFiles: false,
  /**
   * The server has no word for "the same request again": killed between its answer and our record
   * of it, the files are asked for twice there, and it recalls each once.
   */
  async start(task, context) {
    if (task.externalRef !== null) return advance(task, context, task.externalRef);
    const { facility, signal } = context;
    const { byPath, refused } = locatePaths(await task.files(), facility.STAGE_ROOTS);
    if (byPath.size === 0) return { settled: refused };
    const externalRef = await openTapeRest(facility).stage([...byPath.keys()], signal);
    const againInSeconds = facility.STAGE_POLL_SECONDS;
    return { settled: refused, externalRef, againInSeconds, note: noteOf(byPath.size) };
  },
  poll: (tasks, context) => pollEach(tasks, context, tapeRest.start),
  async abort(task, files, { facility }) {
    if (task.externalRef === null) return;
    const { byPath: needed } = locatePaths(await task.files(), facility.STAGE_ROOTS);
    const { byPath } = locatePaths(files, facility.STAGE_ROOTS);
    const paths = [...byPath.keys()].filter((path) => !needed.has(path));
    if (paths.length > 0) await openTapeRest(facility).cancel(task.externalRef, paths);
  },
  async release(task, files, { facility }) {
    if (task.externalRef === null) return;
    const { byPath } = locatePaths(files, facility.STAGE_ROOTS);
    const paths = [...byPath.keys()];
    if (paths.length > 0) await openTapeRest(facility).release(task.externalRef, paths);
  },
  async ask(paths, facility, signal) {
    const found = new Map<string, TapeAnswer>();
    const server = openTapeRest(facility);
    for (let at = 0; at < paths.length; at += mostAsked) {
      const infos = await server.archiveInfo(paths.slice(at, at + mostAsked), signal);
      for (const info of infos) found.set(plainPath(info.path), answerOf(info));
    }
    return found;
  },
};

/** With too many paths a server answers for those it could. */
const mostAsked = 1000;

async function advance(task: Task, context: Context, id: string): Promise<Progress> {
  const { facility, signal, now } = context;
  const server = openTapeRest(facility);
  const located = locatePaths(await task.files(), facility.STAGE_ROOTS);
  const answer = await server.progress(id, signal);
  if (answer === undefined) return ofForgotten(located, facility, signal);
  const said = new Map(answer.files.map((file) => [plainPath(file.path), file]));
  const seconds = now().getTime() / 1000 - (answer.createdAt ?? Number.POSITIVE_INFINITY);
  const isLate = seconds > facility.STAGE_RECALL_SECONDS;
  if (isLate) await cancelOpen(server, id, answer);
  const settled = [...located.refused];
  for (const [path, files] of located.byPath) {
    const outcome = outcomeOf(path, said.get(path)) ?? (isLate ? tooLate(path) : undefined);
    if (outcome === undefined) continue;
    for (const { file } of files) settled.push(settledFile(facility, path, file, outcome));
  }
  const files = [...located.byPath.values()].reduce((sum, same) => sum + same.length, 0);
  const open = files - (settled.length - located.refused.length);
  return { settled, againInSeconds: facility.STAGE_POLL_SECONDS, note: noteOf(open) };
}

/** Where each file is decides: what is on disk is done, the rest is asked for again. */
async function ofForgotten(
  { byPath, refused }: LocatedFiles,
  facility: StageFacility,
  signal: AbortSignal,
): Promise<Progress> {
  const settled: SettledFile[] = [...refused];
  const said = await tapeRest.ask([...byPath.keys()], facility, signal);
  for (const [path, files] of byPath) {
    const message = `The tape system has forgotten the recall of ${JSON.stringify(path)}.`;
    const outcome: FileOutcome =
      said.get(path)?.is === "disk"
        ? { status: "success" }
        : { status: "retry", error: { class: "recall_failed", message } };
    for (const { file } of files) settled.push(settledFile(facility, path, file, outcome));
  }
  return { settled };
}

function settledFile(
  facility: StageFacility,
  path: string,
  { request, file }: FileKey,
  outcome: FileOutcome,
): SettledFile {
  const location = outcome.status === "success" ? locationOf(facility, path) : undefined;
  return { request, file, ...outcome, ...(location && { location }) } as SettledFile;
}

async function cancelOpen(server: TapeRest, id: string, { files }: StageProgress): Promise<void> {
  const open = files.filter((file) => outcomeOf(file.path, file) === undefined);
  if (open.length > 0)
    await server.cancel(
      id,
      open.map(({ path }) => path),
    );
}

function tooLate(path: string) {
  const message = `The recall of ${JSON.stringify(path)} took longer than STAGE_RECALL_SECONDS.`;
  return { status: "retry", error: { class: "timeout", message } } as const;
}

function locationOf({ TAPE_REST_DATA_URL: url }: StageFacility, path: string): string | undefined {
  return url && url + path.split("/").map(encodeURIComponent).join("/");
}

function noteOf(files: number): string {
  return `${files} files are being recalled.`;
}
