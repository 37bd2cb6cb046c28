// The recalls that matter to a task, and what is known of each.
import type { ServiceContext, ServiceTask } from "../../contract.ts";
import type { StageFacility, StageSettings } from "../settings.ts";
import { cancelRecall } from "./cancel.ts";
import type { Recalled } from "./decide.ts";
import * as journal from "./journal.ts";
import { busyCode, resultsOf } from "./results.ts";

type Context = ServiceContext<StageFacility>;

export interface Known {
  recall: journal.Recall;
  recalled: Recalled;
  /** Files that were busy elsewhere may be recalled again: it is long enough ago. */
  isOld: boolean;
}

/** Its own, and those of others that run. One that was recorded but never started is started. */
export async function knownRecalls(
  task: ServiceTask<StageSettings>,
  context: Context,
): Promise<Known[]> {
  const { facility, now } = context;
  const known: Known[] = [];
  for (const recall of await journal.readRecalls(facility.STAGE_FOLDER, task.id)) {
    const seconds = (now().getTime() - recall.startedAt) / 1000;
    const isOwn = recall.task === task.id;
    const recalled = isOwn ? await ofOwn(recall, seconds, context) : await ofOther(recall);
    if (recalled === undefined) continue;
    known.push({ recall, recalled, isOld: seconds > 3 * facility.STAGE_POLL_SECONDS });
  }
  return known;
}

async function ofOwn(
  recall: journal.Recall,
  seconds: number,
  { facility, signal }: Context,
): Promise<Recalled> {
  const state = await journal.stateOf(recall);
  if (state === "recorded") await journal.launch(recall, facility.EEADM_BIN);
  if (state === "lost") await journal.markEnded(recall);
  if (typeof state === "object" && state.exit !== journal.lostExit)
    return { exit: state.exit, ...(await resultsOf(facility, recall, state.exit, signal)) };
  if (state === "lost" || typeof state === "object") return "lost";
  if (seconds <= facility.STAGE_RECALL_SECONDS) return "running";
  await cancelRecall(facility, recall);
  return "expired";
}

async function ofOther(recall: journal.Recall): Promise<Recalled | undefined> {
  const state = await journal.stateOf(recall);
  if (state === "lost") await journal.markEnded(recall);
  return state === "running" || state === "recorded" ? "running" : undefined;
}

/** A running recall counts, whoever began it; else the last of this task. */
export function recalledOf(known: Known[], path: string): Recalled {
  const having = known.filter(({ recall }) => recall.paths.has(path));
  const running = having.find(({ recalled }) => recalled === "running");
  return (running ?? having.at(-1))?.recalled ?? "never";
}

/** The libraries from which recalls of this task could not bring the file. */
export function failedIn(known: Known[], task: string, path: string): Set<string> {
  const failed = known.filter(
    ({ recall, recalled }) =>
      recall.task === task && recall.paths.has(path) && hasFailed(recalled, path),
  );
  return new Set(failed.map(({ recall }) => recall.library ?? ""));
}

function hasFailed(recalled: Recalled, path: string): boolean {
  if (typeof recalled === "string") return recalled === "expired";
  return recalled.exit !== 0 && recalled.failures.get(path) !== busyCode;
}
