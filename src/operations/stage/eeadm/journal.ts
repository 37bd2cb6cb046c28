// Recalls on the tape host, a folder each: their list, their process, and what came of it. `eeadm
// recall` lasts for hours, so it is a process of its own that outlives this one; the folder says
// after a restart what was begun, whatever the ledger knows of it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import {
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { childEnvironment } from "../../../config.ts";

export interface Recall {
  folder: string;
  task: string;
  /** runs of the task, from 1 */
  run: number;
  library: string | undefined;
  /** milliseconds since 1970 */
  startedAt: number;
  paths: ReadonlySet<string>;
}

const about = z.object({ library: z.string().optional(), startedAt: z.number() });
const folderName = /^([0-9a-f-]{36})\.(\d+)$/;
const keptSeconds = 86_400;

/** Stands for the exit of a process that ended without one. */
export const lostExit = -1;

/**
 * The process writes its number first, which fails if another did: however often it is started, a
 * recall runs once. No path is an argument.
 */
const script =
  'set -C; echo $$ > pid || exit 0; "$@" > output 2> errors < /dev/null; ' +
  "echo $? > exit.part; mv exit.part exit";

/** Records a recall, whole or not at all. */
export async function recordRecall(
  folder: string,
  recall: { task: string; run: number; library: string | undefined; startedAt: number },
  paths: string[],
): Promise<Recall> {
  const { task, run, library, startedAt } = recall;
  const whole = join(folder, `${task}.${run}`);
  const part = `${whole}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true, mode: 0o700 });
  await writeFile(join(part, "list"), paths.map((path) => `${path}\n`).join(""), { flush: true });
  await writeFile(join(part, "about.json"), JSON.stringify({ library, startedAt }), {
    flush: true,
  });
  await writeFile(join(part, `waits-${task}`), "");
  await rename(part, whole);
  return { folder: whole, task, run, library, startedAt, paths: new Set(paths) };
}

/** Starts the recall, unless it has been. */
export async function launch(recall: Recall, program: string): Promise<void> {
  const library = recall.library === undefined ? [] : ["-l", recall.library];
  const list = join(recall.folder, "list");
  const parts = ["-c", script, "sh", program, "recall", list, ...library];
  const child = spawn("/bin/sh", parts, {
    cwd: recall.folder,
    detached: true,
    stdio: "ignore",
    env: childEnvironment(),
  });
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
}

export type RecallState = "recorded" | "running" | "lost" | { exit: number };

export async function stateOf({ folder }: Recall): Promise<RecallState> {
  const exit = await textOf(join(folder, "exit"));
  if (exit !== undefined) return { exit: Number.parseInt(exit, 10) };
  const pid = Number.parseInt((await textOf(join(folder, "pid"))) ?? "", 10);
  if (Number.isNaN(pid)) return existsSync(join(folder, "pid")) ? "running" : "recorded";
  if (await isProcessOf(pid, folder)) return "running";
  // It may have ended between the two looks
  return existsSync(join(folder, "exit")) ? stateOf({ folder } as Recall) : "lost";
}

/** A number is used again after a restart of the host: its folder tells whose it is. */
async function isProcessOf(pid: number, folder: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch {
    return false;
  }
}

/** Ends the process of the recall; what it has on disk stays. */
export async function stop({ folder }: Recall): Promise<void> {
  const pid = Number.parseInt((await textOf(join(folder, "pid"))) ?? "", 10);
  await writeFile(join(folder, "pid"), "0\n", { flag: "wx" }).catch(ifThere);
  if (Number.isNaN(pid) || !(await isProcessOf(pid, folder))) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Recalls of the folder that have not ended, and all of this task; the oldest run first. */
export async function readRecalls(folder: string, task: string): Promise<Recall[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const recalls: Recall[] = [];
  for (const name of await readdir(folder)) {
    const [, owner, run] = folderName.exec(name) ?? [];
    if (owner === undefined || run === undefined) continue;
    const own = join(folder, name);
    if (owner !== task && (await hasEnded(own))) continue;
    const [list, said] = [await textOf(join(own, "list")), await textOf(join(own, "about.json"))];
    if (list === undefined || said === undefined) continue;
    const { library, startedAt } = about.parse(JSON.parse(said));
    const paths = new Set(list.split("\n").filter((path) => path !== ""));
    recalls.push({ folder: own, task: owner, run: Number(run), library, startedAt, paths });
  }
  return recalls.toSorted((one, other) => one.run - other.run);
}

/** Says whether it has ended; long ended ones are removed. */
async function hasEnded(folder: string): Promise<boolean> {
  const ended = await stat(join(folder, "exit")).catch(() => undefined);
  if (ended && Date.now() - ended.mtimeMs > keptSeconds * 1000)
    await rm(folder, { recursive: true, force: true });
  return ended !== undefined;
}

/** It is known to be over, though its process did not say so. */
export async function markEnded({ folder }: Recall): Promise<void> {
  await writeFile(join(folder, "exit"), `${lostExit}\n`, { flag: "wx" }).catch(ifThere);
}

function ifThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

/** A task waits for files of this recall, or no longer does. Its own task does from the start. */
export async function markWaiting(
  { folder }: Pick<Recall, "folder">,
  task: string,
  waits: boolean,
): Promise<void> {
  const mark = join(folder, `waits-${task}`);
  if (waits) await writeFile(mark, "");
  else await rm(mark, { force: true });
}

export async function tasksWaiting({ folder }: Recall): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith("waits-")).map((name) => name.slice(6));
}

/** What the recall wrote, for its task's number and its errors. */
export async function wordsOf({ folder }: Recall): Promise<{ output: string; errors: string }> {
  const output = (await textOf(join(folder, "output"))) ?? "";
  const errors = (await textOf(join(folder, "errors"))) ?? "";
  return { output, errors };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
