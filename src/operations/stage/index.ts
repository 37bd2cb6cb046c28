// `stage`: brings files from tape to disk, many in one recall.
import { RequestError } from "../../errors.ts";
import type { ServiceOperation } from "../contract.ts";
import { openBackend } from "./open.ts";
import { problemOfPath } from "./paths.ts";
import { facility, type StageFacility, type StageSettings, settings } from "./settings.ts";

export const stage: ServiceOperation<StageSettings, StageFacility> = {
  name: "stage",
  runsIn: "service",
  summary: "Brings files from tape to disk, many in one recall.",
  settings,
  example: { settings: { library: "lib1" } },
  facility,
  errorClasses: ["recall_failed", "lost_from_tape", "evicted"],
  offeredByDefault: ({ STAGE_BACKEND }) => STAGE_BACKEND !== "none",
  group: ({ library }) => library ?? "",
  batch: (here) => ({
    files: here.STAGE_BATCH_FILES,
    afterSeconds: here.STAGE_BATCH_SECONDS,
    tasksAtOnce: here.STAGE_ACTIVE_RECALLS,
  }),
  async check(_, { facility: here, firstFiles = [] }) {
    if (here.STAGE_BACKEND === "none") return undefined;
    const problems = firstFiles.map((replicas) => problemOfFile(replicas, here.STAGE_ROOTS));
    const [first] = problems;
    if (first !== undefined && problems.every((problem) => problem !== undefined))
      throw new RequestError(400, "not_on_tape", first);
    return undefined;
  },
  start: (task, context) => openBackend(context.facility).start(task, context),
  poll: (tasks, context) => openBackend(context.facility).poll(tasks, context),
  abort: (task, files, context) => openBackend(context.facility).abort(task, files, context),
  release: (task, files, context) => openBackend(context.facility).release(task, files, context),
};

function problemOfFile(replicas: string[], roots: string[]): string | undefined {
  const problems = replicas.map((path) => problemOfPath(path, roots));
  return problems.every((problem) => problem !== undefined) ? problems[0] : undefined;
}
