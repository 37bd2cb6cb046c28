import { Gauge } from "prom-client";
import type { Db } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { metrics } from "../../metrics.ts";
import { poisonTopic, reportsTopic } from "../../queue/contract.ts";
import { within } from "../../time.ts";
import { fileStates, openRequestStates } from "../state.ts";
import { oldestWaiting, openFilesByOperation, openRequestsByState } from "./gauges-store.ts";

const registers = [metrics];

const requests = new Gauge({
  name: "longshore_requests",
  help: "Open requests by state",
  labelNames: ["state"],
  registers,
});
const files = new Gauge({
  name: "longshore_files",
  help: "Files of open requests, by the operation they are in and their state",
  labelNames: ["operation", "state"],
  registers,
});
const oldest = new Gauge({
  name: "longshore_oldest_waiting_seconds",
  help: "How long the oldest waiting file has waited, by operation and step",
  labelNames: ["operation", "step"],
  registers,
});
const messages = new Gauge({
  name: "longshore_queue_messages",
  help: "Messages in the queue of reports and in its poison queue",
  labelNames: ["topic"],
  registers,
});
const connections = new Gauge({
  name: "longshore_db_connections",
  help: "Connections of this process to the database, and calls that wait for one",
  labelNames: ["pool", "state"],
  registers,
});

const mostMilliseconds = 5000;

/**
 * Read at each scrape, from counters and indexes only. A gauge that cannot be read in time is left
 * out, which an alert can detect.
 */
export async function refreshGauges(
  ctx: Deps<"db" | "ledger" | "log" | "operations" | "queue">,
): Promise<void> {
  poolGauges("main", ctx.db);
  poolGauges("ledger", ctx.ledger);
  const parts: [string, Gauge<string>, () => Promise<void>][] = [
    ["requests", requests, () => requestGauges(ctx)],
    ["files", files, () => fileGauges(ctx)],
    ["oldest", oldest, () => oldestGauges(ctx)],
    ["queue", messages, () => queueGauges(ctx)],
  ];
  await Promise.all(
    parts.map(async ([part, gauge, read]) => {
      gauge.reset();
      await within(mostMilliseconds, read()).catch((error: Error) =>
        ctx.log.debug({ err: error, part }, "a gauge was left out of this scrape"),
      );
    }),
  );
}

async function requestGauges({ db }: Deps<"db">): Promise<void> {
  const counts = new Map((await openRequestsByState(db.query)).map(({ state, n }) => [state, n]));
  for (const state of openRequestStates) requests.set({ state }, counts.get(state) ?? 0);
}

async function fileGauges({ db, operations }: Deps<"db" | "operations">): Promise<void> {
  const rows = new Map((await openFilesByOperation(db.query)).map((row) => [row.operation, row]));
  for (const operation of new Set([...operations.keys(), ...rows.keys()])) {
    for (const state of fileStates)
      files.set({ operation, state }, rows.get(operation)?.[state] ?? 0);
  }
}

async function oldestGauges({ db }: Deps<"db">): Promise<void> {
  for (const { operation, step, seconds } of await oldestWaiting(db.query))
    oldest.set({ operation, step: String(step) }, seconds);
}

async function queueGauges({ queue }: Deps<"queue">): Promise<void> {
  const topics = [reportsTopic, poisonTopic(reportsTopic)];
  const depths = await queue.depths(topics);
  for (const topic of topics) messages.set({ topic }, depths.get(topic) ?? 0);
}

function poolGauges(pool: string, { pool: { totalCount, idleCount, waitingCount } }: Db): void {
  connections.set({ pool, state: "busy" }, totalCount - idleCount);
  connections.set({ pool, state: "idle" }, idleCount);
  connections.set({ pool, state: "waiting" }, waitingCount);
}
