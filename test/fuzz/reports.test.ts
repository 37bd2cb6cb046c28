// Whatever is published to the queue of reports, the consumer lives, good reports pass, and the
// books are right.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { poisonTopic, reportsTopic } from "../../src/queue/contract.ts";
import { consumeReports } from "../../src/requests/reports/consume-reports.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

/** FUZZ_SEED=<n> npm run fuzz: other calls */
const seed = Number(process.env.FUZZ_SEED ?? 1);
const messages = 5_000;
const files = 500;

const anything = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/**
 * Reports that are nearly right: of files that exist or not, each key as it should be, or anything.
 */
function nearly(tasks: Task[]) {
  const some = fc.constantFrom(...tasks);
  const status = fc.constantFrom("start", "retry", "success", "failure", "done", "");
  const report = fc.tuple(
    some,
    status,
    fc.dictionary(
      fc.constantFrom("file", "step", "attempt", "at", "error", "results", "x"),
      anything,
    ),
    number,
  );
  return report.map(([{ request, file, step, attempt }, said, spoilt, n]) => ({
    request,
    file: n % 3 ? file : n,
    step,
    attempt: attempt + 1 + Math.abs(Math.trunc(n % 1000)),
    status: said,
    ...spoilt,
    // The one attempt that counts is the good ones' alone.
    ...(spoilt.attempt === attempt && { attempt: attempt + 1 }),
  }));
}

test(`5,000 odd messages between good ones (seed ${seed})`, async () => {
  const consumer = await consumeReports(ledger.ctx);
  const id = await ledger.submit(files);
  const tasks = await ledger.claim(files, { request: id });
  const odd = fc.oneof(
    fc.dictionary(fc.constantFrom("worker", "reports", "token", "x"), anything),
    fc.record({
      worker: fc.string({ minLength: 1, unit: "grapheme" }),
      reports: fc.array(fc.oneof(nearly(tasks), anything), { maxLength: 5 }),
    }),
  );
  const bodies = fc.sample(odd, { numRuns: messages, seed }) as Record<string, unknown>[];
  const publish = (some: Record<string, unknown>[]) =>
    ledger.ctx.queue.publish(some.map((body) => ({ topic: reportsTopic, body })));
  const chunk = messages / files;
  for (const [n, { request, file, step, attempt }] of tasks.entries()) {
    const good = { worker: "good", reports: [{ request, file, step, attempt, status: "success" }] };
    await publish([...bodies.slice(n * chunk, (n + 1) * chunk), good]);
  }
  const { counters } = await ledger.ended(id);
  expect(counters).toMatchObject({ total: files, done: files });
  const depth = async (topic: string) => (await ledger.ctx.queue.depths([topic])).get(topic) ?? 0;
  await until(async () => (await depth(reportsTopic)) === 0, { timeoutSeconds: 120 });
  expect(await depth(poisonTopic(reportsTopic))).toBeGreaterThan(messages / 10);
  expect(await ledger.violations()).toEqual([]);
  await consumer.stop();
});
