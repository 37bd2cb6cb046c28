import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type LocalFile, openLocalFile } from "../../inputs/local.ts";
import type { SubmitCheck } from "../contract.ts";
import type { Generator, LocalInput } from "./job.ts";
import { prepareInput } from "./prepare-input.ts";
import type { TransformSettings } from "./settings.ts";

/** Text is read whole to find its types: a larger file is left to the worker. */
const largestText = 32 * 1024 * 1024;

/** All files together: less than planning may take in a worker. */
const mostSeconds = 15;

/**
 * Why the selection can never work, or why every one of the first files refuses it; undefined where
 * one of them takes it.
 */
export async function checkTransform(
  generator: Generator,
  settings: TransformSettings,
  at: SubmitCheck,
): Promise<string | undefined> {
  const { selection, ...output } = settings;
  const always = await generator.check(selection, undefined, output);
  if (always) return always.message;
  const problems: (string | undefined)[] = [];
  const files = at.firstFiles ?? [];
  for (const replicas of files) {
    const seconds = mostSeconds / files.length;
    const problem = await checkFile(generator, settings, replicas, { ...at, seconds });
    if (problem !== "unreadable") problems.push(problem);
  }
  return problems.every((problem) => problem !== undefined) ? problems[0] : undefined;
}

/**
 * One that cannot be read here and now is no reason to refuse: it fails later, alone, and says why.
 */
async function checkFile(
  generator: Generator,
  settings: TransformSettings,
  replicas: readonly string[],
  { inputFolders, scratch, seconds }: SubmitCheck & { seconds: number },
): Promise<string | undefined> {
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, "check-"));
  try {
    for (const replica of replicas) {
      const file = await openLocalFile(replica, inputFolders).catch(() => undefined);
      if (!file) continue;
      try {
        const input = await readable(replica, file, replicas[0] ?? replica, settings, folder);
        if (!input) continue;
        const problem = await generator.check(settings.selection, input, settings, seconds);
        return problem?.message;
      } finally {
        await file.close();
      }
    }
    return "unreadable";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readable(
  replica: string,
  { path, size }: LocalFile,
  namedPath: string,
  settings: TransformSettings,
  scratch: string,
): Promise<LocalInput | undefined> {
  try {
    const input = await prepareInput({
      name: replica,
      namedPath,
      path,
      read: settings.read ?? {},
      scratch,
      largestText,
    });
    if (typeof input === "string") return undefined;
    return input.format === "parquet" || size <= largestText ? input : undefined;
  } catch {
    return undefined;
  }
}
