// A worker claims every file that it can get and gives it back, without end: the files of a user
// go round and are never done, or use up their tries and fail.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { call, type Task } from "./uploads.ts";

const files = 12;
const rabbit = await makeRabbit();

describe.each(["Postgres", "RabbitMQ"])("with %s as the queue", (queue) => {
  const usesRabbit = queue === "RabbitMQ";
  if (usesRabbit && !rabbit) return test.skip("RabbitMQ is not installed");
  let service: Service;
  beforeAll(async () => {
    if (usesRabbit) await rabbit?.start();
    service = await startService({
      RUNNER: "external",
      OPERATIONS: "noop",
      FILE_ATTEMPTS: "2",
      SWEEP_SECONDS: "0.2",
      ...(usesRabbit && rabbit && { QUEUE_URL: rabbit.url }),
    });
  });
  afterAll(async () => {
    await service.remove();
    if (usesRabbit) await rabbit?.remove();
  });

  async function turn(worker: string, request: string, status: string): Promise<number> {
    const wanted = { worker, request, max: files, wait_seconds: 1 };
    const { tasks } = await call<{ tasks: Task[] }>(service, "/v1/work/claim", wanted);
    const error = { class: "given_back", message: "not on this node" };
    const reports = tasks.map(({ request, file, step, attempt }) => ({
      ...{ request, file, step, attempt, status },
      ...(status === "given_back" && { error }),
    }));
    if (reports.length > 0) await call(service, "/v1/work/reports", { worker, reports });
    return reports.length;
  }

  interface Now {
    state: string;
    counters: { waiting: number; queued: number; done: number; failed: number };
    waiting: { reason: string; sentence: string } | null;
  }

  test("a worker that gives everything back gets each file three times, and another does them", async () => {
    const { id } = await call<{ id: string }>(service, "/v1/requests", {
      dataset: { files: Array.from({ length: files }, (_, at) => `/data/${at}`) },
      steps: [{ operation: "noop" }],
    });
    const now = () => call<Now>(service, `/v1/requests/${id}`);
    let given = 0;
    await until(async () => {
      given += await turn("hoarder", id, "given_back");
      return (await now()).waiting?.reason === "given_back";
    });
    expect(given).toBe(3 * files);
    expect(await turn("hoarder", id, "given_back")).toBe(0);
    expect(await now()).toMatchObject({
      counters: { waiting: files, queued: 0, failed: 0 },
      waiting: { sentence: expect.stringContaining("by hoarder. The last reason: not on this") },
    });
    await until(async () => {
      await turn("honest", id, "success");
      return (await now()).state === "complete";
    });
    expect((await now()).counters).toMatchObject({ done: files, failed: 0 });
  });
});
