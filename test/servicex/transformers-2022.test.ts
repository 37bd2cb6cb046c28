// A transformer of 2022, played over a real RabbitMQ as the contract has it: its queue has to be
// there, one message at a time, acknowledged by hand.
import { type ChannelModel, type ConsumeMessage, connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { makeScaler } from "../../src/requests/scheduler/scale-workers.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { type Outside, openOutside } from "./sidecars.ts";

const rabbit = await makeRabbit();

describe.skipIf(!rabbit)("a transformer of 2022", () => {
  let outside: Outside;
  let connection: ChannelModel;
  beforeAll(async () => {
    await rabbit?.start();
    outside = await openOutside(rabbit?.url ?? "", { TRANSFORMER_GENERATION: "2022" });
    connection = await connect(rabbit?.url ?? "");
    connection.on("error", () => undefined);
  });
  afterAll(async () => {
    expect(await outside.ledger.violations()).toEqual([]);
    await connection.close();
    await outside.close();
    await rabbit?.remove();
  });

  interface Task {
    "request-id": string;
    "file-id": number;
    paths: string;
    "service-endpoint": string;
    [key: string]: unknown;
  }

  async function queueExists(name: string): Promise<boolean> {
    const channel = await connection.createChannel();
    channel.on("error", () => undefined);
    try {
      await channel.checkQueue(name);
      await channel.close();
      return true;
    } catch {
      return false;
    }
  }

  /** Consumes until it is closed; resolves with what it was given. */
  async function transformer(id: string, work: (task: Task) => Promise<void>): Promise<Task[]> {
    const channel = await connection.createChannel();
    channel.on("error", () => undefined);
    await channel.prefetch(1);
    await channel.checkQueue(id);
    const tasks: Task[] = [];
    const take = async (message: ConsumeMessage | null): Promise<void> => {
      if (!message) return;
      const task = JSON.parse(message.content.toString()) as Task;
      tasks.push(task);
      await work(task);
      channel.ack(message);
    };
    await channel.consume(id, (message) => void take(message));
    return tasks;
  }

  async function tell(url: string, method: string, form: Record<string, string>): Promise<void> {
    const answer = await fetch(url, { method, body: new URLSearchParams(form) });
    expect(answer.status).toBe(200);
  }

  async function finish(task: Task, status: "success" | "failure"): Promise<void> {
    const answer = await fetch(`${task["service-endpoint"]}/file-complete`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        "file-path": task.paths,
        "file-id": task["file-id"],
        status,
        "num-messages": 0,
        "total-time": 1,
        "total-events": 10,
        "total-bytes": 3,
        "avg-rate": 10,
      }),
    });
    expect(answer.status).toBe(200);
  }

  test("finds its queue, and its notes and reports are heard", async () => {
    const id = await outside.submit(["good.root", "bad.root"]);
    await until(() => queueExists(id));
    const tasks = await transformer(id, async (task) => {
      const status = `${task["service-endpoint"]}/${task["file-id"]}/status`;
      const note = { timestamp: "2022-09-01T00:00:00.000", "pod-name": "transformer-x-1" };
      await tell(status, "POST", { ...note, "status-code": "start", info: "begins" });
      if (task.paths.includes("bad")) {
        await tell(status, "POST", { ...note, "status-code": "failure", info: "no such tree" });
        return finish(task, "failure");
      }
      const name = `${task.paths.replaceAll("/", ":")}.parquet`;
      await outside.ledger.ctx.store.put(id, name, Buffer.from("rows"));
      return finish(task, "success");
    });
    expect(await outside.ledger.ended(id)).toMatchObject({ counters: { done: 1, failed: 1 } });
    expect(tasks[0]).toMatchObject({
      "request-id": id,
      columns: null,
      "tree-name": null,
      "chunk-size": "1000",
      "result-destination": "object-store",
    });
    const [row] = await outside.ledger.ctx.db.query<{ info: string }>(
      "SELECT info FROM file_status WHERE request_id = $1 AND status = 'failure'",
      [id],
    );
    expect(row?.info).toContain("no such tree");
    await until(async () => !(await queueExists(id)) && !(await queueExists(`${id}_errors`)));
  });

  test("has its queue before it starts, and none when its request is canceled", async () => {
    const { ctx } = outside.ledger;
    const id = await outside.submit(["never.root"]);
    const runner = { ...ctx.runner, capacity: 10, reconcile: async () => undefined };
    await until(async () =>
      (await makeScaler({ ...ctx, runner })()).some(({ request }) => request === id),
    );
    expect(await queueExists(id)).toBe(true);
    await cancel(ctx, id, local);
    await until(async () => !(await queueExists(id)));
  });
});
