import { afterAll, describe, expect, test } from "vitest";
import type { Crew, Runner } from "../../src/runner/contract.ts";
import { until } from "../support/wait.ts";

export interface RunnerUnderTest {
  runner: Runner;
  /** names of the workers that ask for work now; undefined for a runner that starts none */
  workers?: () => string[];
  /** ends a worker without a warning */
  killWorker?: (name: string) => void;
  close(): Promise<void>;
}

/** What every runner keeps, whoever starts the workers. */
export function runnerContract(name: string, open: () => Promise<RunnerUnderTest>): void {
  describe(`runner ${name}`, async () => {
    const { runner, workers, killWorker, close } = await open();
    const crew: Crew = { id: "crew-1", operations: ["noop"], size: 2 };
    afterAll(async () => {
      await runner.close();
      await close();
    });

    test("an unknown crew has no workers, and stopping it is success", async () => {
      expect(await runner.poll("nobody")).toEqual({ starting: 0, running: 0, failed: 0 });
      await runner.stop("nobody");
      expect(await runner.crews()).toEqual([]);
    });

    test.skipIf(!workers)("starting twice is one start", async () => {
      await Promise.all([runner.start(crew), runner.start(crew)]);
      await runner.start(crew);
      await until(async () => (await runner.poll(crew.id)).running === 2);
      await until(() => workers?.().length === 2);
      expect(await runner.poll(crew.id)).toEqual({ starting: 0, running: 2, failed: 0 });
      expect(await runner.crews()).toEqual([crew.id]);
    });

    test.skipIf(!killWorker)("a worker's death is told at once, and another takes its place", async () => {
      const dead: string[] = [];
      runner.onDeath((worker) => dead.push(worker));
      const before = workers?.() ?? [];
      const victim = before[0] ?? "";
      killWorker?.(victim);
      await until(() => dead.includes(victim), { timeoutSeconds: 2 });
      await until(() => workers?.().filter((worker) => worker !== victim).length === 2);
      expect(dead).toEqual([victim]);
    });

    test.skipIf(!workers)("another size scales, never past the capacity", async () => {
      await runner.start({ ...crew, size: 1 });
      await until(() => workers?.().length === 1);
      await runner.start({ ...crew, size: 1000 });
      await until(async () => (await runner.poll(crew.id)).running === runner.capacity);
      await until(() => workers?.().length === runner.capacity);
      expect(await runner.poll(crew.id)).toMatchObject({ starting: 0, running: runner.capacity, failed: 0 });
    });

    test("a crew that is stopped is gone, with its workers, and can be started again", async () => {
      await runner.stop(crew.id);
      await runner.stop(crew.id);
      expect(await runner.crews()).toEqual([]);
      expect(await runner.poll(crew.id)).toEqual({ starting: 0, running: 0, failed: 0 });
      if (!workers) return;
      expect(workers()).toEqual([]);
      await runner.start({ ...crew, size: 1 });
      await until(() => workers().length === 1);
    });

    test("closing leaves no worker behind", async () => {
      await runner.close();
      expect(workers?.() ?? []).toEqual([]);
    });
  });
}
