// Faults at random while files are processed, and the books afterwards.
import { within } from "../../src/time.ts";
import { cleanUp } from "../support/clean-up.ts";
import { startCleaner } from "../support/cleaner.ts";
import { temporaryFolder } from "../support/folder.ts";
import { describeLeft } from "../support/left.ts";
import { type Books, closeBooks } from "./books.ts";
import { makeCaller } from "./callers.ts";
import type { Fault, Skipped } from "./faults/fault.ts";
import { planFaults } from "./faults/index.ts";
import { type ChaosOptions, defaults } from "./options.ts";
import { type Race, startRaces } from "./races.ts";
import { type ChaosRequest, finalStates, openRequests } from "./requests.ts";
import type { Services } from "./services.ts";
import { openStage, type Stage } from "./stage.ts";
import type { ChaosStore } from "./store.ts";

export interface ChaosReport extends Books {
  seconds: number;
  /** how often each kind happened */
  faults: Record<string, number>;
  skipped: string[];
  requests: number;
  files: number;
  redrives: number;
  cancels: number;
  races: number;
  /** what callers of races were told, by verb */
  raceCalls: Record<string, number>;
  states: Record<string, number>;
  /** processes and mounts that an orderly end left behind */
  left: string[];
}

/** Everything that it makes is below one folder and gone when it ends, however it ends. */
export async function runChaos(
  chosen: Partial<ChaosOptions> & Pick<ChaosOptions, "seed">,
  onFolder: (folder: string) => void = () => undefined,
): Promise<ChaosReport> {
  const options = { ...defaults, ...chosen };
  const folder = temporaryFolder("chaos");
  onFolder(folder);
  const cleaner = await startCleaner(folder);
  try {
    const started = performance.now();
    const stage = await openStage(options, folder);
    const report = await runOn(stage, options, started).finally(stage.close);
    return { ...report, left: describeLeft(folder) };
  } finally {
    cleanUp(folder);
    await cleaner.stop();
  }
}

async function runOn(
  stage: Stage,
  options: ChaosOptions,
  started: number,
): Promise<Omit<ChaosReport, "left">> {
  const { say, timeoutSeconds } = options;
  const seconds = () => (performance.now() - started) / 1000;
  const plan = planFaults(stage, options);
  for (const { kind, skipped } of plan.skipped) say(`${kind}: skipped, ${skipped}`);
  const caller = makeCaller(stage.services.urls, 10);
  const requests = openRequests(caller);
  const races = options.faults.includes("races")
    ? startRaces(stage.services.urls, options.seed, 10)
    : undefined;
  const shares = split(options.files, plan.faults.length);
  const violations: string[] = [];
  await requests.add(shares.first);
  for (const [index, fault] of plan.faults.entries()) {
    const id = await requests.add(shares.each, fault.operation);
    await requests.progress(id, stage.random.next() / 2, 20);
    await requests.mischief(stage.random);
    const place = `${index + 1} of ${plan.faults.length}`;
    violations.push(...(await strike(fault, place, seconds, say)));
    violations.push(...(await stage.services.revive()));
  }
  const raced = (await races?.stop()) ?? { races: [], calls: {} };
  const secondsLeft = Math.max(timeoutSeconds - seconds(), 1);
  const ended = await requests.ended(stage.random, secondsLeft, fullForLong(stage.store));
  const open = notEnded(ended, stage.store);
  await stage.workers.stop();
  violations.push(...(await stage.services.revive()));
  const books = await closeBooks(stage, raced.races);
  violations.push(...open, ...books.violations, ...(await stopServices(stage.services)));
  return {
    seconds: seconds(),
    ...summaryOf(plan, ended, raced.races),
    ...requests.counts(),
    raceCalls: raced.calls,
    ...books,
    violations,
  };
}

/** Writes its line afterwards, when it is known how long it lasted. Returns what went wrong. */
async function strike(
  { kind, what, strike: happen }: Fault,
  place: string,
  seconds: () => number,
  say: (line: string) => void,
): Promise<string[]> {
  const began = seconds();
  const problems: string[] = await happen().then(
    () => [],
    (error: Error) => [`${kind}: ${what}: ${error.message}`],
  );
  const lasted = (seconds() - began).toFixed(1);
  say(`${began.toFixed(0)} s: ${kind}: ${what}, ${lasted} s (${place})`);
  return problems;
}

const mostFullSeconds = 60;

/** Whether the store has lacked room for this long, at every look. No fault fills it any more. */
function fullForLong({ lacksRoom }: ChaosStore): () => boolean {
  let since: number | undefined;
  return () => {
    const now = performance.now();
    since = lacksRoom() ? (since ?? now) : undefined;
    return since !== undefined && now - since > mostFullSeconds * 1000;
  };
}

/** Each with what it waited for when the run's time was over. */
function notEnded(requests: readonly ChaosRequest[], { lacksRoom }: ChaosStore): string[] {
  const open = requests.filter(({ state }) => !finalStates.includes(state));
  if (open.length === 0) return [];
  const lines = open.map(
    ({ id, state, counters, waiting }) =>
      `${id} is still ${state}: ${waiting?.sentence ?? ""} ${JSON.stringify(counters)}`,
  );
  return [lacksRoom() ?? [], ...lines].flat();
}

const mostStopSeconds = 60;

async function stopServices({ urls, stop }: Services): Promise<string[]> {
  const problems = urls.map(async (_url, index) => {
    const code = await within(mostStopSeconds * 1000, stop(index)).catch((error: Error) => error);
    return code === 0 ? [] : [`service ${index + 1} did not end well after SIGTERM: ${code}`];
  });
  return (await Promise.all(problems)).flat();
}

/** A third in one request; the rest in requests that begin with each fault. */
function split(files: number, faults: number): { first: number; each: number } {
  const each = Math.max(Math.floor((files * 2) / 3 / Math.max(faults, 1)), 20);
  return { first: Math.max(files - each * faults, 20), each };
}

function summaryOf(
  plan: { faults: Fault[]; skipped: Skipped[] },
  requests: ChaosRequest[],
  races: Race[],
) {
  return {
    faults: countBy(plan.faults.map(({ kind }) => kind)),
    skipped: plan.skipped.map(({ kind, skipped }) => `${kind}: ${skipped}`),
    requests: requests.length,
    files: requests.reduce((total, request) => total + filesOf(request), 0),
    races: races.length,
    states: countBy(requests.map(({ state }) => state)),
  };
}

/** A cancel may come before all files are registered: those are never counted. */
function filesOf({ state, counters, dataset }: ChaosRequest): number {
  return state === "canceled" ? dataset.files : counters.total;
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
