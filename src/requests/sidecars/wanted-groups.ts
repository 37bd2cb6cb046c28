import type { Deps } from "../../deps.ts";
import type { WorkerCredentials, WorkerGroup, Workload } from "../../runner/contract.ts";
import { requestCredentials } from "../keys/credentials.ts";
import { keyGeneration } from "../keys/keys.ts";
import type { SteadySizes } from "../scheduler/steady-sizes.ts";
import { sizesOf } from "./sizes.ts";
import { type WantedRun, wantedRuns, workloadsOfRuns } from "./wanted-store.ts";

type WantedDeps = Deps<
  | "brokerUsers"
  | "config"
  | "db"
  | "log"
  | "runner"
  | "signingKey"
  | "store"
  | "transformers"
  | "urls"
>;

/**
 * The groups of containers that the ledger has work for, at most `room` containers. One instance
 * serves a leader's term: what a run does never changes, and is read once.
 */
export function makeWantedGroups(
  ctx: WantedDeps,
  steady: SteadySizes,
): (room: number) => Promise<WorkerGroup[]> {
  const workloads = new Map<string, Workload>();
  return async (room) => {
    const runs = await wantedRuns(ctx.db.query);
    const known = new Set(runs.map(({ run }) => run));
    for (const run of workloads.keys()) if (!known.has(run)) workloads.delete(run);
    steady.forgetOthers(known);
    await readNew(ctx, runs, workloads);
    const { scales, least, most } = ctx.config.sidecars;
    const sizes = sizesOf(runs, { scales, least, most, all: room });
    const groups: WorkerGroup[] = [];
    for (const run of runs) {
      const workload = workloads.get(run.run);
      const size = steady.of(run.run, sizes.get(run.run) ?? 0);
      if (workload && size > 0) groups.push(await groupOf(ctx, run, workload, size));
    }
    return groups;
  };
}

async function readNew(
  ctx: WantedDeps,
  runs: readonly WantedRun[],
  workloads: Map<string, Workload>,
): Promise<void> {
  const missing = runs.map(({ run }) => run).filter((run) => !workloads.has(run));
  if (missing.length === 0) return;
  for (const { run, ...workload } of await workloadsOfRuns(ctx.db.query, missing))
    workloads.set(run, workload);
}

async function groupOf(
  ctx: WantedDeps,
  { request, step, run, operation }: WantedRun,
  workload: Workload,
  size: number,
): Promise<WorkerGroup> {
  await prepare(ctx, request, run, workload);
  return {
    key: `run-${run}`,
    request,
    step,
    operations: [operation],
    workload: { ...workload, run },
    credentials: await credentialsOf(ctx, request, run, workload),
    size,
  };
}

/**
 * Queue and bucket have to be there before the first container looks for them. While broker or
 * store are away the group is wanted all the same: one that is left out is ended.
 */
async function prepare(
  { log, store, transformers }: Deps<"log" | "store" | "transformers">,
  request: string,
  run: string,
  { destination }: Workload,
): Promise<void> {
  try {
    await transformers?.prepare(run);
    if (destination === "object-store") await store.makeBucket(request);
  } catch (error) {
    log.warn(
      { err: error, request_id: request },
      "what containers of others need was not made; it is tried again",
    );
  }
}

/** Containers get no key that reaches another request's objects. */
async function credentialsOf(
  ctx: WantedDeps,
  request: string,
  run: string,
  { destination }: Workload,
): Promise<WorkerCredentials> {
  const { brokerUrl, s3Url } = ctx.config.sidecars;
  const shared = brokerUrl ?? ctx.config.queueUrl;
  const broker = (await ctx.brokerUsers?.addressFor(run)) ?? shared;
  const credentials: WorkerCredentials = broker === undefined ? {} : { brokerUrl: broker };
  if (destination !== "object-store") return credentials;
  const url = s3Url ?? ctx.urls.s3?.();
  if (url === undefined) return credentials;
  const generation = await keyGeneration(ctx, request, "write");
  // Its bucket has the name that the sidecar is given: that of the run.
  const { accessKey, secretKey } = requestCredentials(ctx.signingKey, run, "write", generation);
  return { ...credentials, store: { url, key: accessKey, secret: secretKey } };
}
