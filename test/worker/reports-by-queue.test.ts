// Workers that report by the broker: a service and its workers as programs, and a real RabbitMQ.
import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { openDb } from "../../src/db/client.ts";
import { reportsTopic } from "../../src/queue/contract.ts";
import { audit } from "../../src/requests/audit/audit.ts";
import type { Report } from "../../src/requests/views.ts";
import { reportsByQueue } from "../../src/worker/reports-by-queue.ts";
import { type Running, startCli } from "../support/cli.ts";
import { makeRabbit, type Rabbit } from "../support/rabbitmq/broker.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const rabbit = await makeRabbit();

describe.skipIf(!rabbit)("a worker with --reports queue", () => {
  const broker = rabbit as Rabbit;
  const workers: Running[] = [];
  let service: Service;
  let client: Longshore;
  let gate: Gate;

  beforeAll(async () => {
    await broker.start();
    const own = { OPERATIONS: "noop", LEASE_SECONDS: "4", SWEEP_SECONDS: "0.5" };
    const settings = { RUNNER: "external", QUEUE_URL: broker.url, ALLOW_ANYONE: "true", ...own };
    service = await startService(settings);
    client = new Longshore({ url: service.url });
    gate = await openGate(service.url);
  }, 180_000);
  afterAll(async () => {
    await Promise.all(workers.map(stop));
    gate?.close();
    await service?.remove();
    await broker.remove();
  });

  /** It reaches the service by a way on which nobody can report. */
  function work(name: string, env: Record<string, string> = {}): Running {
    const args = ["worker", "--url", gate.url, "--name", name, "--operations", "noop"];
    const running = startCli([...args, "--reports", "queue"], {
      env: { QUEUE_URL: broker.url, ...env },
    });
    workers.push(running);
    return running;
  }

  const submit = async (count: number) => {
    const files = Array.from({ length: count }, (_, index) => `/far/away/${index}`);
    return client.submit({ dataset: { files }, steps: [{ operation: "noop" }] });
  };

  async function history(id: string) {
    const db = openDb({ url: service.databaseUrl ?? "", applicationName: "auditor", max: 2 });
    const rows = await db.query<{ status: string; n: number; files: number }>(
      `SELECT status, count(*)::int AS n, count(DISTINCT file_id)::int AS files FROM file_status
       WHERE request_id = $1 GROUP BY 1 ORDER BY 1`,
      [id],
    );
    const settings = { fileAttempts: 3, operationsWithOutputs: [] };
    const books = await audit(db, { head: async () => undefined }, settings);
    await db.close();
    return { rows, violations: books.violations };
  }

  test("reports with a login that may only write to the exchange", async () => {
    await broker.control("add_user", "worker", "secret");
    await broker.control("set_permissions", "worker", "^$", `^${reportsTopic}$`, "^$");
    const { id } = await submit(30);
    const limited = work("limited", {
      QUEUE_URL: broker.url.replace("guest:guest", "worker:secret"),
    });
    expect((await client.wait(id)).counters).toMatchObject({ done: 30 });
    await stop(limited);
  });

  test("loses no report and repeats no work when the broker is killed in the middle", async () => {
    const count = 20_000;
    const { id } = await submit(count);
    work("steady");
    for (const share of [0.1, 0.4]) {
      await until(async () => (await client.get(id)).counters.done >= share * count, {
        timeoutSeconds: 90,
      });
      await broker.kill();
      await broker.start();
    }
    const ended = await client.wait(id);
    expect(ended.counters).toMatchObject({ total: count, done: count, failed: 0 });
    expect(await history(id)).toEqual({
      rows: [
        { status: "start", n: count, files: count },
        { status: "success", n: count, files: count },
      ],
      violations: [],
    });
    expect(gate.refused()).toBe(0);
  }, 240_000);

  test("keeps its files for longer than a lease while the service has not read their reports", async () => {
    await Promise.all(workers.map(stop));
    const { id } = await submit(50);
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    await channel.unbindQueue(reportsTopic, reportsTopic, "");
    await channel.assertQueue("aside", { exclusive: true });
    await channel.bindQueue("aside", reportsTopic, "");
    work("ahead");
    await until(async () => (await client.get(id)).counters.running === 50);
    const aside = async () => (await channel.checkQueue("aside")).messageCount;
    await until(async () => (await aside()) > 0);
    // Longer than a lease, during which the sweep looks many times.
    const since = Date.now();
    await until(() => Date.now() - since > 6_000, { timeoutSeconds: 10 });
    expect((await client.get(id)).counters).toMatchObject({ running: 50, waiting: 0 });
    await channel.bindQueue(reportsTopic, reportsTopic, "");
    await channel.unbindQueue("aside", reportsTopic, "");
    for (let held = await channel.get("aside"); held; held = await channel.get("aside"))
      channel.publish(reportsTopic, "", held.content, held.properties);
    expect((await client.wait(id)).counters).toMatchObject({ done: 50 });
    expect((await history(id)).rows).toContainEqual({ status: "success", n: 50, files: 50 });
    await connection.close();
  }, 60_000);

  test("takes no work before there is an exchange to report to, and says why", async () => {
    await Promise.all(workers.map(stop));
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    await channel.deleteExchange(reportsTopic);
    const { id } = await submit(3);
    const worker = work("early");
    await until(() => worker.stderr().includes(`no exchange ${reportsTopic}`));
    expect((await client.get(id)).counters).toMatchObject({ done: 0, running: 0 });
    await channel.assertExchange(reportsTopic, "fanout", { durable: true });
    await until(() => worker.stderr().includes("no queue is bound"));
    await channel.bindQueue(reportsTopic, reportsTopic, "");
    expect((await client.wait(id)).counters).toMatchObject({ done: 3 });
    await connection.close();
  });

  test("sends its token only where it is a worker's, and no message is very large", async () => {
    const sent: { worker: string; token?: string; reports: Report[] }[] = [];
    const exchange = {
      publish: async (messages: Buffer[]) => {
        sent.push(...messages.map((message) => JSON.parse(message.toString())));
      },
    };
    const message = "x".repeat(150_000);
    const reports = [1, 2, 3, 4, 5, 6, 7].map((file): Report => {
      const error = { class: "unavailable", message };
      return { request: "r", file, step: 1, attempt: 1, status: "retry", error };
    });
    const signed = reportsByQueue(exchange, { worker: "w", token: "a.b.c" });
    expect(await signed.report(reports)).toEqual(reports.map(() => "sent"));
    expect(sent.map(({ reports }) => reports.length)).toEqual([3, 3, 1]);
    expect(sent.flatMap(({ reports }) => reports)).toEqual(reports);
    expect(sent[0]).toMatchObject({ worker: "w", token: "a.b.c" });
    await reportsByQueue(exchange, { worker: "w", token: "local" }).report(reports.slice(0, 1));
    expect(sent.at(-1)).not.toHaveProperty("token");
  });
});

async function stop(running: Running | undefined): Promise<void> {
  running?.child.kill("SIGTERM");
  await running?.ended;
}

interface Gate {
  url: string;
  /** calls of /v1/work/reports, which get 404 */
  refused(): number;
  close(): void;
}

async function openGate(url: string): Promise<Gate> {
  let refused = 0;
  const { hostname, port } = new URL(url);
  const server: Server = createServer((incoming, answer) => {
    if (incoming.url === "/v1/work/reports") {
      refused++;
      answer.writeHead(404).end();
      return;
    }
    const { method, url: path, headers } = incoming;
    const sent = forward({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    sent.on("error", () => answer.destroy());
    answer.on("close", () => sent.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    refused: () => refused,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
