import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { forEachAtOnce } from "../../../../src/at-once.ts";
import type { Db } from "../../../../src/db/client.ts";
import { until } from "../../../support/wait.ts";
import { call, type RequestView, type Task } from "../../api.ts";
import type { BenchService } from "../../bench.ts";
import type { Measured, Row } from "../../row.ts";
import { secondsSince } from "../../timed.ts";

const atMost = 50;
const watchedSeconds = 20;
const mostLooks = 24;

export const nothingToDo: Row = {
  name: "fairness: nothing to do",
  about:
    "Requests whose one file is with a worker, so that nothing is to be done for them; then " +
    `clients that follow them by event streams. Transactions a second over ${watchedSeconds} s, as ` +
    "Postgres counts them for the database.",
  async measure(bench): Promise<Measured[]> {
    const requests = bench.quick ? 1_000 : 10_000;
    const streams = requests / 2;
    // No lease ends meanwhile: that would be something to do.
    const service = await bench.service({ LEASE_SECONDS: "3600" });
    const open: IncomingMessage[] = [];
    try {
      const ids = await running(service, requests);
      const swept = await transactions(service);
      await forEachAtOnce(ids.slice(0, streams), 16, async (id) => {
        open.push(await follow(service, id));
      });
      const followed = await transactions(service);
      const silent = open.filter((stream) => stream.destroyed).length;
      if (silent > 0) throw new Error(`${silent} of ${streams} event streams have ended.`);
      return [
        {
          what: `transactions at ${requests.toLocaleString("en")} requests with nothing to do`,
          value: swept,
          unit: "/s",
          must: { atMost },
          details: { before: "2,270 /s at 10,000 requests" },
        },
        {
          what: `transactions with ${streams.toLocaleString("en")} idle event streams besides`,
          value: followed,
          unit: "/s",
          must: { atMost },
        },
      ];
    } finally {
      for (const stream of open) stream.destroy();
      await service.remove();
    }
  },
};

async function running({ url }: BenchService, count: number): Promise<string[]> {
  const ids: string[] = [];
  await forEachAtOnce(Array.from({ length: count }), 8, async () => {
    const { id } = await call<RequestView>(url, "/v1/requests", {
      dataset: { files: ["/data/file.root"] },
      steps: [{ operation: "noop" }],
    });
    ids.push(id);
  });
  let claimed = 0;
  const ask = { worker: "bench", operations: ["noop"], max: 1000, wait_seconds: 5 };
  await until(
    async () => {
      claimed += (await call<{ tasks: Task[] }>(url, "/v1/work/claim", ask)).tasks.length;
      return claimed === count;
    },
    { timeoutSeconds: 300, what: "every file claimed" },
  );
  return ids;
}

/** Resolves once the first event has arrived. */
async function follow({ url }: BenchService, id: string): Promise<IncomingMessage> {
  const [response] = (await once(
    get(`${url}/v1/requests/${id}/events`, { agent: false }),
    "response",
  )) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`Events of ${id}: ${response.statusCode}`);
  response.on("error", () => undefined);
  await once(response, "data");
  return response;
}

/** Once two looks in a row agree: what the last claims and streams caused is over. */
async function transactions({ db }: BenchService): Promise<number> {
  let last = Number.POSITIVE_INFINITY;
  for (let look = 0; look < mostLooks; look++) {
    const rate = await rateOver(db, 5);
    if (Math.abs(last - rate) < Math.max(2, rate / 10)) break;
    last = rate;
  }
  return rateOver(db, watchedSeconds);
}

/** Without the look itself, which is two transactions. */
async function rateOver(db: Db, seconds: number): Promise<number> {
  const count = async () => {
    const [row] = await db.query<{ n: number }>(
      `SELECT xact_commit + xact_rollback AS n FROM pg_stat_database
       WHERE datname = current_database()`,
    );
    return row?.n ?? Number.NaN;
  };
  const [before, began] = [await count(), performance.now()];
  await pause(seconds * 1_000);
  return ((await count()) - before - 2) / secondsSince(began);
}
