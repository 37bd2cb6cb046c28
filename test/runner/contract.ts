import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import type { Runner, WorkerGroup } from "../../src/runner/contract.ts";
import { until } from "../support/wait.ts";

export interface RunnerUnderTest {
  runner: Runner;
  /** where the runner starts workers; absent for one that starts none */
  workers?: {
    /** names of those that run now, retiring ones included */
    names(): string[];
    /** ends a worker without a warning */
    kill(name: string): void;
    /** whether workers may start from now on; those that may not die at once */
    allow(started: boolean): void;
    /** They outlive the process, and the log of one goes with it. */
    areApart?: true;
  };
  close(): Promise<void>;
}

/** What every runner does, whoever starts the workers. */
export function runnerContract(name: string, open: () => Promise<RunnerUnderTest>): void {
  describe(`runner ${name}`, async () => {
    const { runner, workers, close } = await open();
    const group: WorkerGroup = { key: "first", operations: ["noop"], credentials: {}, size: 2 };
    const running = (key = group.key) => runner.statuses().get(key)?.running ?? 0;
    const troubles = () => runner.statuses().get(group.key)?.troubles ?? [];
    afterAll(async () => {
      await runner.close();
      await close();
    });

    test("says what a user can do where no worker runs", () => {
      expect(runner.help).toMatch(/^[A-Z].*\.$/);
    });

    test("knows no worker of an earlier process where there was none", () => {
      expect(runner.endedBefore).toEqual([]);
    });

    test("starts with no group, and wanting none is success", async () => {
      await runner.reconcile([]);
      expect([...runner.statuses()]).toEqual([]);
      expect(await runner.lastWords("nobody", 100)).toBeUndefined();
    });

    test.runIf(!workers)("a runner without workers has none, whatever is wanted", async () => {
      await runner.reconcile([group]);
      expect(runner.capacity).toBe(0);
      expect([...runner.statuses()]).toEqual([]);
      expect(await runner.lastWords("some-worker", 100)).toBeUndefined();
      runner.onChange(() => expect.unreachable())();
      runner.onDeath(() => expect.unreachable())();
    });

    test.skipIf(!workers)("starting twice is one start", async () => {
      const changed: string[] = [];
      const off = runner.onChange((key) => changed.push(key));
      await Promise.all([runner.reconcile([group]), runner.reconcile([group])]);
      await runner.reconcile([group]);
      await until(() => running() === 2);
      expect(workers?.names()).toHaveLength(2);
      expect(runner.statuses().get(group.key)).toEqual({ starting: 0, running: 2, troubles: [] });
      expect(new Set(changed)).toEqual(new Set([group.key]));
      off();
    });

    test.skipIf(!workers)(
      "a worker's death is reported once, another takes its place, and its last words stay",
      async () => {
        const dead: string[] = [];
        const off = runner.onDeath((worker) => dead.push(worker));
        const [victim = ""] = workers?.names() ?? [];
        await until(async () => ((await runner.lastWords(victim, 10_000)) ?? "") !== "");
        workers?.kill(victim);
        await until(() => dead.includes(victim), { timeoutSeconds: 2 });
        await until(() => running() === 2);
        expect(workers?.names()).not.toContain(victim);
        expect(dead).toEqual([victim]);
        const gone = await runner.lastWords(victim, 10_000);
        if (workers?.areApart) expect(gone).toBeUndefined();
        const known = workers?.areApart ? (workers.names()[0] ?? "") : victim;
        const words = (await runner.lastWords(known, 10_000)) ?? "";
        expect(words).toContain(known);
        expect(await runner.lastWords(known, 5)).toBe(words.slice(-5));
        expect(await runner.lastWords(known, 10_000, randomUUID())).toBeUndefined();
        off();
        workers?.kill(workers.names()[0] ?? "");
        await until(() => running() === 2);
        expect(dead).toEqual([victim]);
      },
    );

    test.skipIf(!workers)("another size scales, never past the capacity", async () => {
      await runner.reconcile([{ ...group, size: 1 }]);
      await until(() => workers?.names().length === 1);
      await runner.reconcile([{ ...group, size: 1000 }]);
      await until(() => running() === runner.capacity);
      expect(workers?.names()).toHaveLength(runner.capacity);
    });

    test.skipIf(!workers)("a group that gets no worker of a full runner says why", async () => {
      await runner.reconcile([
        { ...group, size: runner.capacity },
        { ...group, key: "second", size: 2 },
      ]);
      expect(runner.statuses().get("second")).toMatchObject({
        starting: 0,
        running: 0,
        troubles: [{ kind: "quota", count: 2, since: expect.any(Date) }],
      });
    });

    test.skipIf(!workers)("groups change places: who is not wanted goes", async () => {
      await runner.reconcile([{ ...group, key: "second", size: 1 }]);
      await until(() => running("second") === 1 && workers?.names().length === 1);
      await until(() => runner.statuses().size === 1);
      expect([...runner.statuses().keys()]).toEqual(["second"]);
      expect(runner.statuses().get("second")?.troubles).toEqual([]);
      await runner.reconcile([]);
      await until(() => workers?.names().length === 0 && runner.statuses().size === 0);
      await runner.reconcile([]);
    });

    test.skipIf(!workers)("workers that die at once are a trouble, until one lives", async () => {
      workers?.allow(false);
      await runner.reconcile([{ ...group, size: 1 }]);
      const [trouble] = await until(() => troubles().length > 0 && troubles());
      expect(trouble).toMatchObject({ kind: "crash", count: 1 });
      expect(trouble?.sentence).toMatch(/^Workers die as soon as they start \(.+\)\.$/);
      const since = trouble?.since;
      await runner.reconcile([{ ...group, size: 1 }]);
      expect(troubles()[0]?.since).toEqual(since);
      workers?.allow(true);
      await until(() => running() === 1 && troubles().length === 0);
    });

    test.skipIf(workers?.areApart)(
      "a runner that no longer leads has no worker left, and can lead again",
      async () => {
        await runner.reconcile([{ ...group, size: 1 }]);
        await runner.resign();
        await until(() => (workers?.names() ?? []).length === 0);
        await runner.reconcile([{ ...group, size: 1 }]);
        if (workers) await until(() => running() === 1);
      },
    );

    test.runIf(workers?.areApart)(
      "workers that outlive the process stay for the next leader, who finds them",
      async () => {
        await runner.reconcile([{ ...group, size: 1 }]);
        await until(() => running() === 1);
        const before = workers?.names();
        await runner.resign();
        expect([...runner.statuses()]).toEqual([]);
        await runner.reconcile([{ ...group, size: 1 }]);
        await until(() => running() === 1);
        expect(workers?.names()).toEqual(before);
      },
    );

    test("closing leaves no worker of the process, and nothing is started after it", async () => {
      const left = workers?.areApart ? workers.names() : [];
      await runner.close();
      expect(workers?.names() ?? []).toEqual(left);
      await runner.reconcile([group]);
      expect(workers?.names() ?? []).toEqual(left);
      expect([...runner.statuses()]).toEqual([]);
    });
  });
}
