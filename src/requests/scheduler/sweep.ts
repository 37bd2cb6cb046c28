import { removeUnused } from "../../datasets/housekeep.ts";
import { ensurePartitions, removeOldPartitions } from "../../db/partitions.ts";
import { endOldReaders } from "../../db/readers.ts";
import type { Context, Deps } from "../../deps.ts";
import { removeOldNotices } from "../../notices/housekeep.ts";
import { removeEndedTasks, removeUnneededSecrets } from "../../tasks/housekeep.ts";
import { advanceAll } from "../advance/advance-many.ts";
import { cleanUp } from "../advance/end.ts";
import { removeAllMarked, removeOrphanedBuckets } from "../advance/orphaned-objects.ts";
import { republishLost } from "../advance/republish.ts";
import { removeLeftAttachments } from "../attachments/keep.ts";
import { expireLeases } from "../dispatch/expire-leases.ts";
import { type EndDeps, removeUnneededUsers } from "../sidecars/end-runs.ts";
import { makeQueueWatch } from "../sidecars/watch-queues.ts";
import { removeExpired } from "./expire-results.ts";
import { endedRecently, notOpen } from "./sweep-store.ts";

/** for a transaction of the reader role of `longshore db url` */
const longestReadSeconds = 60;

/** Asked before each part: whoever no longer leads leaves the rest to the next leader. */
type IsLeader = () => boolean | Promise<boolean>;

/**
 * Reconciliation, run by the leader: repairs what is stuck and removes what was left behind. It
 * sends a few statements for each 500 requests, and more only for those that need something.
 */
export async function sweep(
  ctx: Deps<
    | "advanceQueue"
    | "config"
    | "db"
    | "ledger"
    | "log"
    | "metrics"
    | "operations"
    | "queue"
    | "runner"
    | "transformers"
  >,
  isLeader: IsLeader,
  watchQueues: () => Promise<number> = makeQueueWatch(ctx),
): Promise<void> {
  const repair = repairsOf(ctx, isLeader);
  await repair("lease", () => expireLeases(ctx));
  await repair("message", () => republishLost(ctx));
  await repair("container-queue", watchQueues);
  await repair("advance", () => advanceAll(ctx));
  await repair("topic", () => dropTopics(ctx));
  await repair("reader", () => endOldReaders(ctx.db.query, longestReadSeconds));
}

/** The slow half, about once a minute. */
export async function housekeep(ctx: Context, isLeader: IsLeader): Promise<void> {
  const repair = repairsOf(ctx, isLeader);
  await repair("partition", async () => {
    await ensurePartitions(ctx.db);
    return removeOldPartitions(ctx.db);
  });
  await repair("clean-up", () => cleanUpEnded(ctx));
  await repair("broker-user", () => removeUnneededUsers(ctx));
  await repair("expired", () => removeExpired(ctx));
  await repair("result", () => removeAllMarked(ctx));
  await repair("bucket", () => removeOrphanedBuckets(ctx));
  await repair("attachment", () => removeLeftAttachments(ctx));
  await repair("dataset", () => removeUnused(ctx, { isLeader }));
  await repair("task", () => removeEndedTasks(ctx));
  await repair("secret", () => removeUnneededSecrets(ctx));
  await repair("notice", () => removeOldNotices(ctx));
}

function repairsOf({ log, metrics }: Deps<"log" | "metrics">, isLeader: IsLeader) {
  return async (kind: string, work: () => Promise<number>): Promise<void> => {
    try {
      if (!(await isLeader())) return;
      const repaired = await work();
      if (repaired) metrics.sweepRepairs.inc({ kind }, repaired);
    } catch (error) {
      log.warn({ err: error, kind }, "a part of the sweep stopped; the next sweep tries again");
    }
  };
}

/** Drops topics of requests that have ended, including those left by a crash. */
async function dropTopics(ctx: Deps<"db" | "queue">): Promise<number> {
  const byRequest = new Map<string, string[]>();
  for (const topic of await ctx.queue.topics("work.")) {
    const id = topic.split(".").at(-1) ?? "";
    if (/^[0-9a-f-]{36}$/.test(id)) byRequest.set(id, [...(byRequest.get(id) ?? []), topic]);
  }
  if (!byRequest.size) return 0;
  const ended = await notOpen(ctx.db.query, [...byRequest.keys()]);
  const topics = ended.flatMap((id) => byRequest.get(id) ?? []);
  for (const topic of topics) await ctx.queue.drop(topic);
  return topics.length;
}

async function cleanUpEnded(ctx: EndDeps & Deps<"queue" | "store">): Promise<number> {
  for (const id of await endedRecently(ctx.db.query, 300)) await cleanUp(ctx, id);
  return 0;
}
