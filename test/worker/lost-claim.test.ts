// A claim whose answer is lost on its way costs no file a try, and nobody waits for its lease.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loggerTo, silentLog } from "../../src/log.ts";
import type { Task } from "../../src/operations/contract.ts";
import { workTopic } from "../../src/queue/contract.ts";
import { runWorker } from "../../src/worker/run.ts";
import { type Api, openApi } from "../support/api.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";
import { workerOptions } from "../support/worker-options.ts";

let api: Api;
beforeEach(async () => {
  api = await openApi({ env: { SWEEP_SECONDS: "600", LEASE_SECONDS: "3600" } });
});
afterEach(async () => {
  expect(await api.ledger.violations()).toEqual([]);
  await api.close();
});

interface Relay {
  url: string;
  /** of the answers to claims that have tasks, so many are lost */
  loses: number;
  lost: number;
  /** what becomes of a lost answer: its connection breaks, or it stays open without an answer */
  breaks: boolean;
  close(): Promise<void>;
}

/** Between a worker and the service. */
async function startRelay(): Promise<Relay> {
  const http: Server = createServer(async (request, response) => {
    const body = await buffer(request);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const forwarded = await fetch(`${api.url}${request.url}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: gone.signal,
    }).catch(() => undefined);
    const text = await forwarded?.text().catch(() => undefined);
    if (forwarded === undefined || text === undefined) return;
    const hasTasks = request.url?.endsWith("/claim") && JSON.parse(text).tasks.length > 0;
    if (hasTasks && relay.lost < relay.loses) {
      relay.lost++;
      if (relay.breaks) response.destroy();
      return;
    }
    response.writeHead(forwarded.status, { "content-type": "application/json" }).end(text);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const relay: Relay = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    loses: 0,
    lost: 0,
    breaks: true,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return relay;
}

function startWorker(url: string, log = silentLog()) {
  const [retire, stop] = [new AbortController(), new AbortController()];
  const options = { operations: ["noop"], retire: retire.signal, stop: stop.signal, log };
  const ended = runWorker(workerOptions(url, options));
  return { retire, stop, ended };
}

async function submitted(files: number): Promise<string> {
  const id = await api.ledger.submit(files);
  await api.ledger.published(id, files);
  return id;
}

const rowsOf = (id: string) =>
  api.ledger.ctx.db.query(
    "SELECT state, tries, max(attempt) AS attempt FROM request_files WHERE request_id = $1 " +
      "GROUP BY state, tries",
    [id],
  );

test("a worker that repeats a claim whose answer was lost gets its tasks, in their first attempt", async () => {
  const id = await submitted(100);
  const relay = await startRelay();
  relay.loses = 3;
  const worker = startWorker(relay.url);
  await api.ledger.ended(id);
  expect(relay.lost).toBe(3);
  expect(await rowsOf(id)).toEqual([{ state: "done", tries: 0, attempt: 1 }]);
  worker.retire.abort();
  await worker.ended;
  await relay.close();
});

test("a worker that is stopped while the answer to its claim is lost gives its tasks back", async () => {
  const id = await submitted(1);
  const relay = await startRelay();
  relay.loses = 1;
  relay.breaks = false;
  const worker = startWorker(relay.url);
  await until(() => relay.lost === 1);
  worker.stop.abort();
  await worker.ended;
  await relay.close();
  await api.ledger.published(id, 1);
  const [again] = await api.ledger.claim(1);
  expect(again?.attempt).toBe(2);
  expect(await rowsOf(id)).toEqual([{ state: "running", tries: 0, attempt: 2 }]);
});

test("a worker that is stopped after its service does not warn of a lost claim", async () => {
  const [port] = await freePorts(1);
  const lines: string[] = [];
  const log = loggerTo({ write: (line: string) => void lines.push(line) });
  const worker = startWorker(`http://127.0.0.1:${port}`, log);
  await until(() => lines.some((line) => line.includes("claiming work failed")));
  worker.stop.abort();
  await worker.ended;
  expect(lines.filter((line) => line.includes("the last claim"))).toEqual([]);
});

interface Claimed {
  tasks: Task[];
}

async function claim(more: object): Promise<Task[]> {
  const answer = await api.post("/v1/work/claim", { worker: "w", operations: ["noop"], ...more });
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.text) as Claimed).tasks;
}

test("a repeated claim gets what is still its worker's, and new files only if that is nothing", async () => {
  const id = await submitted(10);
  const claim_id = randomUUID();
  const tasks = await claim({ claim_id, max: 4 });
  expect(tasks).toHaveLength(4);
  const [first, ...others] = tasks as [Task, ...Task[]];
  expect(await api.ledger.report(first, "success")).toBe("recorded");
  const repeated = { claim_id, repeated: true, max: 4 };
  const byFile = (one: Task, two: Task) => one.file - two.file;
  expect((await claim(repeated)).sort(byFile)).toEqual(others.sort(byFile));
  expect(await claim({ ...repeated, worker: "another", max: 0 })).toEqual([]);
  expect(await claim({ ...repeated, request: randomUUID() })).toEqual([]);
  for (const task of others) await api.ledger.report(task, "success");
  expect(await claim({ ...repeated, max: 0 })).toEqual([]);
  expect(await claim(repeated)).toHaveLength(4);
  const topic = workTopic("noop", id);
  expect((await api.ledger.ctx.queue.depths([topic])).get(topic)).toBe(2);
});

test("a claim whose caller has left starts no file", async () => {
  const id = await submitted(1);
  const gone = new AbortController();
  gone.abort();
  const wanted = { operations: ["noop"] };
  const { claimQueue } = api.ledger.ctx;
  expect(await claimQueue.claim(wanted, { worker: "w", max: 1 }, 30, gone.signal)).toEqual([]);
  expect((await api.ledger.read(id)).counters).toMatchObject({ queued: 1, running: 0 });
});
