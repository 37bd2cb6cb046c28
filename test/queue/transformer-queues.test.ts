import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { openTransformerQueues } from "../../src/queue/celery-broker.ts";
import { celeryWords } from "../../src/queue/transformer-words.ts";
import { freePorts } from "../support/free-ports.ts";

test("calls for a broker that is away are given up together, not one after the other", async () => {
  const [port = 0] = await freePorts(1);
  const queues = openTransformerQueues({
    url: `amqp://127.0.0.1:${port}`,
    words: celeryWords(),
    log: silentLog(),
    patienceSeconds: 2,
  });
  const began = performance.now();
  const calls = Array.from({ length: 10 }, (_, run) => queues.end(`run-${run}`));
  for (const { status } of await Promise.allSettled(calls)) expect(status).toBe("rejected");
  expect(performance.now() - began).toBeLessThan(6_000);
  await queues.close();
});
