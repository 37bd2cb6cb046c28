import type { Deps } from "../../deps.ts";
import { poisonTopic, reportTopics } from "../../queue/contract.ts";
import { within } from "../../time.ts";
import { fileStates, openRequestStates } from "../state.ts";
import { oldestWaiting, openFilesByOperation, openRequestsByState } from "./gauges-store.ts";

const mostMilliseconds = 5000;

/**
 * Reads them, from counters and indexes only. A gauge that cannot be read in time is left out,
 * which an alert can detect.
 */
export async function refreshGauges(
  ctx: Deps<"db" | "gauges" | "log" | "operations" | "queue">,
): Promise<void> {
  const { requests, files, oldest, messages } = ctx.gauges;
  const parts: [string, { reset(): void }, () => Promise<void>][] = [
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

async function requestGauges({ db, gauges }: Deps<"db" | "gauges">): Promise<void> {
  const counts = new Map((await openRequestsByState(db.query)).map(({ state, n }) => [state, n]));
  for (const state of openRequestStates) gauges.requests.set({ state }, counts.get(state) ?? 0);
}

async function fileGauges({
  db,
  gauges,
  operations,
}: Deps<"db" | "gauges" | "operations">): Promise<void> {
  const rows = new Map((await openFilesByOperation(db.query)).map((row) => [row.operation, row]));
  for (const operation of new Set([...operations.keys(), ...rows.keys()])) {
    for (const state of fileStates)
      gauges.files.set({ operation, state }, rows.get(operation)?.[state] ?? 0);
  }
}

async function oldestGauges({ db, gauges }: Deps<"db" | "gauges">): Promise<void> {
  for (const { operation, step, seconds } of await oldestWaiting(db.query))
    gauges.oldest.set({ operation, step: String(step) }, seconds);
}

async function queueGauges({ gauges, queue }: Deps<"gauges" | "queue">): Promise<void> {
  const topics = [...reportTopics.keys()].flatMap((topic) => [topic, poisonTopic(topic)]);
  const depths = await queue.depths(topics);
  for (const topic of topics) gauges.messages.set({ topic }, depths.get(topic) ?? 0);
}
