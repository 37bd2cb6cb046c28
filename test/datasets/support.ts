import { type Caller, local } from "../../src/auth/caller.ts";
import type { Finder, FoundFile, LookupOutcome } from "../../src/datasets/contract.ts";
import { type DatasetView, readDataset } from "../../src/datasets/datasets.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { report } from "../../src/requests/reports/report.ts";
import { isFinal } from "../../src/requests/state.ts";
import type { Ledger } from "../support/context.ts";
import { until } from "../support/wait.ts";

/** A request's id. */
export async function submitDid(
  ledger: Ledger,
  did: string,
  caller: Caller = local,
): Promise<string> {
  return submitDataset(ledger, { did }, caller);
}

export async function submitDataset(
  ledger: Ledger,
  dataset: { did: string } | { files: (string | string[])[] },
  caller: Caller = local,
): Promise<string> {
  const { request } = await submit(ledger.ctx, caller, {
    dataset,
    steps: [{ operation: "noop", settings: {} }],
  });
  return request.id;
}

export async function datasetOf(ledger: Ledger, request: string): Promise<DatasetView> {
  const { dataset } = await ledger.read(request);
  return readDataset(ledger.ctx, dataset.id, local);
}

/** The id of a request's dataset as finders say it. */
export async function numberOf(ledger: Ledger, request: string): Promise<number> {
  return Number((await ledger.read(request)).dataset.id);
}

export function closed(ledger: Ledger, request: string): Promise<DatasetView> {
  return until(async () => {
    const dataset = await datasetOf(ledger, request);
    return dataset.outcome === null ? undefined : dataset;
  });
}

/**
 * A worker that succeeds with every file of a request until it has ended; returns what it was
 * given.
 */
export async function workOff(ledger: Ledger, request: string): Promise<string[]> {
  const inputs: string[] = [];
  while (!isFinal((await ledger.read(request)).state))
    inputs.push(...(await workOnce(ledger, request)));
  return inputs;
}

/** One claim, all of it reported; of any request where none is named. */
export async function workOnce(ledger: Ledger, request?: string): Promise<string[]> {
  const tasks = await ledger.claim(1000, { waitSeconds: 0.2, ...(request ? { request } : {}) });
  const reports = tasks.map(({ request, file, step, attempt }) => ({
    request,
    file,
    step,
    attempt,
    status: "success" as const,
  }));
  await report(ledger.ctx, local, "w", reports);
  return tasks.map((task) => task.replicas[0] ?? "");
}

export function filesNamed(...paths: string[]): FoundFile[] {
  return paths.map((path) => ({ paths: [path] }));
}

/** A finder of the test's own, offered like those of the service. */
export function offer(
  ledger: Ledger,
  scheme: string,
  find: (
    name: string,
    give: (files: FoundFile[]) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<LookupOutcome>,
  more: Partial<Finder> = {},
): { asked: () => number } {
  let asked = 0;
  ledger.ctx.finders.set(scheme, {
    scheme,
    refuse: () => undefined,
    find(...parameters) {
      asked++;
      return find(...parameters);
    },
    ...more,
  });
  return { asked: () => asked };
}

/** A door that a finder of a test waits behind. */
export function gate(): { open: () => void; passed: Promise<void> } {
  const door = new AbortController();
  const passed = new Promise<void>((resolve) =>
    door.signal.addEventListener("abort", () => resolve()),
  );
  return { open: () => door.abort(), passed };
}
