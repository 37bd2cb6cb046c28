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
  const kept = new Map<string, KeptRun>();
  return async (room) => {
    if (room === 0) return [];
    const runs = await wantedRuns(ctx.db.query);
    steady.forgetOthers(new Set(runs.map(({ run }) => run)));
    const { scales, least, most } = ctx.config.sidecars;
    const sizes = sizesOf(runs, { scales, least, most, all: room });
    const started = runs
      .map((run) => ({ run, size: steady.of(run.run, sizes.get(run.run) ?? 0) }))
      .filter(({ size }) => size > 0);
    await keepThese(
      ctx,
      started.map(({ run }) => run.run),
      kept,
    );
    const groups: WorkerGroup[] = [];
    for (const { run, size } of started) {
      const known = kept.get(run.run);
      if (known) groups.push(await groupOf(ctx, run, known, size));
    }
    return groups;
  };
}

interface KeptRun {
  workload: Workload;
  /** its queue and its bucket are there */
  isPrepared: boolean;
}

/** Their code may have a megabyte each: that of runs without containers is not kept. */
async function keepThese(
  { db }: Deps<"db">,
  runs: readonly string[],
  kept: Map<string, KeptRun>,
): Promise<void> {
  for (const run of kept.keys()) if (!runs.includes(run)) kept.delete(run);
  const missing = runs.filter((run) => !kept.has(run));
  if (missing.length === 0) return;
  for (const { run, ...workload } of await workloadsOfRuns(db.query, missing))
    kept.set(run, { workload, isPrepared: false });
}

async function groupOf(
  ctx: WantedDeps,
  { request, step, run, operation }: WantedRun,
  known: KeptRun,
  size: number,
): Promise<WorkerGroup> {
  const { workload } = known;
  known.isPrepared ||= await prepare(ctx, { request, run }, workload);
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
 * store are away the group is wanted all the same: one that is left out is ended. Returns whether
 * both are there.
 */
async function prepare(
  { log, store, transformers }: Deps<"log" | "store" | "transformers">,
  { request, run }: Pick<WantedRun, "request" | "run">,
  { destination }: Workload,
): Promise<boolean> {
  try {
    await transformers?.prepare(run);
    if (destination === "object-store") await store.makeBucket(request);
    return true;
  } catch (error) {
    log.warn(
      { err: error, request_id: request },
      "what containers of others need was not made; it is tried again",
    );
    return false;
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
