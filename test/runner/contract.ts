import { afterAll, describe, expect, test } from "vitest";
import type { Runner, WorkerGroup } from "../../src/runner/contract.ts";
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
    const group: WorkerGroup = { id: "group-1", operations: ["noop"], size: 2 };
    afterAll(async () => {
      await runner.close();
      await close();
    });

    test("an unknown group has no workers, and stopping it is success", async () => {
      expect(await runner.poll("nobody")).toEqual({ starting: 0, running: 0, failed: 0 });
      await runner.stop("nobody");
      expect(await runner.groups()).toEqual([]);
    });

    test.skipIf(!workers)("starting twice is one start", async () => {
      await Promise.all([runner.start(group), runner.start(group)]);
      await runner.start(group);
      await until(async () => (await runner.poll(group.id)).running === 2);
      await until(() => workers?.().length === 2);
      expect(await runner.poll(group.id)).toEqual({ starting: 0, running: 2, failed: 0 });
      expect(await runner.groups()).toEqual([group.id]);
    });

    test.skipIf(!killWorker)(
      "a worker's death is told at once, and another takes its place",
      async () => {
        const dead: string[] = [];
        runner.onDeath((worker) => dead.push(worker));
        const before = workers?.() ?? [];
        const victim = before[0] ?? "";
        killWorker?.(victim);
        await until(() => dead.includes(victim), { timeoutSeconds: 2 });
        await until(() => workers?.().filter((worker) => worker !== victim).length === 2);
        expect(dead).toEqual([victim]);
      },
    );

    test.skipIf(!workers)("another size scales, never past the capacity", async () => {
      await runner.start({ ...group, size: 1 });
      await until(() => workers?.().length === 1);
      await runner.start({ ...group, size: 1000 });
      await until(async () => (await runner.poll(group.id)).running === runner.capacity);
      await until(() => workers?.().length === runner.capacity);
      expect(await runner.poll(group.id)).toMatchObject({
        starting: 0,
        running: runner.capacity,
        failed: 0,
      });
    });

    test("a group that is stopped is gone, with its workers, and can be started again", async () => {
      await runner.stop(group.id);
      await runner.stop(group.id);
      expect(await runner.groups()).toEqual([]);
      expect(await runner.poll(group.id)).toEqual({ starting: 0, running: 0, failed: 0 });
      if (!workers) return;
      expect(workers()).toEqual([]);
      await runner.start({ ...group, size: 1 });
      await until(() => workers().length === 1);
    });

    test("closing leaves no worker behind", async () => {
      await runner.close();
      expect(workers?.() ?? []).toEqual([]);
    });
  });
}
