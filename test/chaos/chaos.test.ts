import { expect, test } from "vitest";
import { runChaos } from "./run.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

test(`server, workers and Postgres are killed at random, and every file is accounted for (CHAOS_SEED=${seed} repeats it)`, async () => {
  const report = await runChaos({
    seed,
    files: 2000,
    kills: 8,
    timeoutSeconds: 240,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  expect(report.violations).toEqual([]);
  expect(report.lost).toEqual([]);
  expect(report.kills).toMatchObject({
    server: expect.any(Number),
    postgres: expect.any(Number),
    worker: expect.any(Number),
  });
  expect(report.files).toBe(2000);
  expect(report.acknowledged).toBeGreaterThan(1000);
}, 300_000);
