import { forEachAtOnce } from "../../at-once.ts";
import type { FileKey, FileOutcome, TaskFile } from "../contract.ts";
import { problemOfPath, type RealPath, realPathOf } from "./paths.ts";
import type { StageSettings } from "./settings.ts";

export type SettledFile = FileKey & FileOutcome;

export interface LocatedFiles {
  /** files of the task by their path without links */
  byPath: Map<string, { file: TaskFile<StageSettings>; location: string | undefined }[]>;
  /** files that cannot be recalled */
  refused: SettledFile[];
}

const atOnce = 16;

/** Which path of each file is recalled: the first that may be. */
export async function locate(
  files: TaskFile<StageSettings>[],
  roots: readonly string[],
): Promise<LocatedFiles> {
  const found: LocatedFiles = { byPath: new Map(), refused: [] };
  await forEachAtOnce(files, atOnce, (file) => locateOne(found, file, roots));
  return found;
}

/** The same for a tape system whose files are not of this host: by their names alone. */
export function locatePaths(
  files: TaskFile<StageSettings>[],
  roots: readonly string[],
): LocatedFiles {
  const found: LocatedFiles = { byPath: new Map(), refused: [] };
  for (const file of files) {
    const problems = file.replicas.map((replica) => problemOfPath(replica, roots));
    const path = file.replicas[problems.indexOf(undefined)];
    if (path === undefined) {
      const [message = "The file has no path."] = problems;
      const error = { class: "bad_input", message };
      found.refused.push({ request: file.request, file: file.file, status: "failure", error });
    } else {
      const same = found.byPath.get(path) ?? [];
      found.byPath.set(path, [...same, { file, location: undefined }]);
    }
  }
  return found;
}

async function locateOne(
  { byPath, refused }: LocatedFiles,
  file: TaskFile<StageSettings>,
  roots: readonly string[],
): Promise<void> {
  let error = { class: "bad_input", message: "The file has no path." };
  for (const [at, replica] of file.replicas.entries()) {
    const real = await realPathBelow(replica, roots);
    if ("path" in real) {
      const same = byPath.get(real.path) ?? [];
      // The next step reads the first path unless it is told another
      byPath.set(real.path, [...same, { file, location: at === 0 ? undefined : replica }]);
      return;
    }
    if (at === 0 || real.problem.class === "unavailable") error = real.problem;
  }
  const status = error.class === "unavailable" ? "retry" : "failure";
  refused.push({ request: file.request, file: file.file, status, error });
}

async function realPathBelow(replica: string, roots: readonly string[]): Promise<RealPath> {
  const message = problemOfPath(replica, roots);
  if (message !== undefined) return { problem: { class: "forbidden", message } };
  return await realPathOf(replica, roots);
}
