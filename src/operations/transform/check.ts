import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../inputs/input-error.ts";
import { type LocalFile, openLocalFile } from "../../inputs/local.ts";
import { isOfSystem } from "../../system-problem.ts";
import { makeTurns } from "../../turns.ts";
import type { SubmitCheck } from "../contract.ts";
import type { CheckOutcome, Generator, LocalInput } from "./job.ts";
import { prepareInput } from "./prepare-input.ts";
import type { BuiltInSettings } from "./settings.ts";

/** Text is read whole to find its types: a larger file is left to the worker. */
const largestText = 32 * 1024 * 1024;

/** All files together: less than planning may take in a worker. */
const mostSeconds = 15;

const turns = makeTurns({ slots: 2, mostWaiting: 50, mostSeconds: 5 });

/**
 * Whether the selection can work: a problem where it never can, or where every one of the first
 * files refuses it.
 */
export async function checkTransform(
  generator: Generator,
  settings: BuiltInSettings,
  at: SubmitCheck,
): Promise<CheckOutcome> {
  const checked = await turns.take(at, () => checkAll(generator, settings, at));
  return checked ?? { unchecked: "Too many queries were being checked at that moment." };
}

async function checkAll(
  generator: Generator,
  settings: BuiltInSettings,
  at: SubmitCheck,
): Promise<CheckOutcome> {
  const { selection, ...output } = settings;
  const always = await generator.check({ selection, output, signal: at.signal });
  if (always.problem || always.unchecked) return always;
  const outcomes: CheckOutcome[] = [];
  const files = at.firstFiles ?? [];
  for (const replicas of files) {
    const seconds = mostSeconds / files.length;
    const outcome = await checkFile(generator, settings, replicas, { ...at, seconds });
    if (outcome) outcomes.push(outcome);
  }
  const [first = {}] = outcomes;
  if (outcomes.every(({ problem }) => problem !== undefined)) return first;
  return outcomes.find(({ unchecked }) => unchecked !== undefined) ?? {};
}

/**
 * One that cannot be read here and now is no reason to refuse: it fails later, alone, and says why.
 */
async function checkFile(
  generator: Generator,
  settings: BuiltInSettings,
  replicas: readonly string[],
  { inputFolders, scratch, seconds, signal }: SubmitCheck & { seconds: number },
): Promise<CheckOutcome | undefined> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(scratch, "check-"));
  try {
    for (const replica of replicas) {
      const file = await openLocalFile(replica, inputFolders).catch(unlessReadable);
      if (!file) continue;
      try {
        const input = await readable(replica, file, replicas[0] ?? replica, settings, folder);
        if (!input) continue;
        const { selection, ...output } = settings;
        return await generator.check({ selection, input, output, seconds, signal });
      } finally {
        await file.close();
      }
    }
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readable(
  replica: string,
  { path, size }: LocalFile,
  namedPath: string,
  settings: BuiltInSettings,
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
  } catch (error) {
    return unlessReadable(error);
  }
}

/** Throws what neither the file nor its disk is to blame for. */
function unlessReadable(error: unknown): undefined {
  if (error instanceof InputError || isOfSystem(error)) return undefined;
  throw error;
}
