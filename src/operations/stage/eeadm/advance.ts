// How a task stands on the tape host: files on disk are settled, and what is on tape is recalled
// unless it is being recalled already. Start and poll are this one step, so it can be repeated.
import { makeOneByOne } from "../../../one-by-one.ts";
import type { Progress, ServiceContext, ServiceTask } from "../../contract.ts";
import { type LocatedFiles, locate, type SettledFile } from "../located.ts";
import type { StageFacility, StageSettings } from "../settings.ts";
import { type Decision, decide } from "./decide.ts";
import { type FoundState, fileStates, librariesOf, libraryOf } from "./file-states.ts";
import * as journal from "./journal.ts";
import { failedIn, type Known, knownRecalls, recalledOf } from "./known.ts";

type Task = ServiceTask<StageSettings>;
type Context = ServiceContext<StageFacility>;

/** Two tasks must not begin a recall of the same file at once. */
export const oneByOne = makeOneByOne();

export async function advance(task: Task, context: Context): Promise<Progress> {
  const { facility, signal } = context;
  const located = await locate(await task.files(), facility.STAGE_ROOTS);
  return await oneByOne(async () => {
    // Before the states: a file that was on tape while its recall lasted is not evicted.
    const recalls = await knownRecalls(task, context);
    const states = await fileStates(facility, [...located.byPath.keys()], signal);
    const decided = [...located.byPath.keys()].map((path) =>
      decidedOf(task, path, states.get(path) ?? { unknown: "no answer" }, recalls),
    );
    await join(task, recalls, decided);
    const started = await recallAll(task, context, recalls, decided);
    return progressOf(task, context, { located, decided, recalls, started });
  });
}

interface Decided {
  path: string;
  decision: Decision;
  /** of its copies on tape */
  tapes: string[];
  /** it comes from another copy: a library could not bring it */
  isSecond: boolean;
}

/** A step that names a library is recalled from that one alone. */
function decidedOf(task: Task, path: string, state: FoundState, recalls: Known[]): Decided {
  const tapes = typeof state === "object" && "tapes" in state ? state.tapes : [];
  const libraries = task.group === "" ? librariesOf({ tapes }) : [task.group];
  const failed = failedIn(recalls, task.id, path);
  const decision = decide(path, state, recalledOf(recalls, path), { libraries, failed });
  return { path, decision, tapes, isSecond: failed.size > 0 };
}

/** Recalls of other tasks learn that this one waits for them: they are not canceled then. */
async function join(task: Task, known: Known[], decided: Decided[]): Promise<void> {
  const waiting = decided.filter(({ decision }) => "underWay" in decision);
  for (const { recall, recalled } of known)
    if (recall.task !== task.id && recalled === "running")
      await journal.markWaiting(
        recall,
        task.id,
        waiting.some(({ path }) => recall.paths.has(path)),
      );
}

/** Begins a recall for each library that has room. Returns how many files it took. */
async function recallAll(
  task: Task,
  { facility, now }: Context,
  known: Known[],
  decided: Decided[],
): Promise<number> {
  const byLibrary = new Map<string, { path: string; tape: string }[]>();
  for (const { path, decision, tapes } of decided) {
    const library = toRecall(decision, path, known);
    if (library === undefined) continue;
    const tape = tapes.find((one) => libraryOf(one) === library) ?? tapes[0] ?? "";
    const entry = { path, tape };
    byLibrary.set(library, [...(byLibrary.get(library) ?? []), entry]);
  }
  let run = Math.max(0, ...known.map(({ recall }) => (recall.task === task.id ? recall.run : 0)));
  let started = 0;
  for (const [library, files] of byLibrary) {
    const running = known.filter(
      ({ recall, recalled }) => recalled === "running" && (recall.library ?? "") === library,
    );
    if (running.length >= facility.STAGE_ACTIVE_RECALLS) continue;
    // Equal whatever order the files came in; files of one tape are together.
    const inOrder = files.toSorted(
      (one, other) => compare(one.tape, other.tape) || compare(one.path, other.path),
    );
    const recall = await journal.recordRecall(
      facility.STAGE_FOLDER,
      {
        task: task.id,
        run: ++run,
        library: library === "" ? undefined : library,
        startedAt: now().getTime(),
      },
      inOrder.map(({ path }) => path),
    );
    await journal.launch(recall, facility.EEADM_BIN);
    started += files.length;
  }
  return started;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function toRecall(decision: Decision, path: string, known: Known[]): string | undefined {
  if ("recall" in decision) return decision.recall;
  if (!("busy" in decision)) return undefined;
  const last = known.findLast(({ recall }) => recall.paths.has(path));
  return last?.isOld ? decision.busy : undefined;
}

function progressOf(
  { id, group }: Task,
  { facility }: Context,
  found: { located: LocatedFiles; decided: Decided[]; recalls: Known[]; started: number },
): Progress {
  const { located, decided, started } = found;
  const settled: SettledFile[] = [...located.refused];
  for (const { path, decision } of decided) {
    if (!("outcome" in decision)) continue;
    for (const { file, location } of located.byPath.get(path) ?? []) {
      const { outcome } = decision;
      const key = { request: file.request, file: file.file };
      settled.push({ ...key, ...outcome, ...(outcome.status === "success" && { location }) });
    }
  }
  const open = decided.filter(({ decision }) => !("outcome" in decision));
  const underWay = started + open.filter(({ decision }) => "underWay" in decision).length;
  const where = group === "" ? "" : ` of library ${group}`;
  const seconds = open.filter(({ isSecond }) => isSecond).length;
  const second = seconds === 0 ? "" : ` ${seconds} from another copy, since a library failed.`;
  const [reason = ""] = open.flatMap(({ decision }) =>
    "wait" in decision ? [` ${decision.wait}`] : [],
  );
  return {
    settled,
    externalRef: id,
    againInSeconds: facility.STAGE_POLL_SECONDS,
    note: `${underWay} of ${open.length} files${where} are being recalled.${second}${reason}`,
  };
}
