// What holds of every service operation, whatever is behind it: the calls of its contract, without
// a service around them.
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import type {
  Progress,
  ServiceContext,
  ServiceTask,
  TaskFile,
} from "../../src/operations/contract.ts";
import { until } from "../support/wait.ts";
import { type World, worlds } from "./service-worlds.ts";

describe.each(worlds)("%s", (_, open) => {
  let world: World;
  let stop: AbortController;
  beforeEach(async () => {
    world = await open();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await world.close();
  });

  const context = (signal = stop.signal): ServiceContext => ({
    facility: world.facility,
    signal,
    log: silentLog(),
    now: world.now,
  });

  /** A task as the service keeps it: what is settled is open no more. */
  function taskOf(paths: string[]) {
    const { operation } = world;
    const settings = operation.settings.parse({});
    const group = operation.group(settings, { replicas: paths, facility: world.facility });
    const open = new Map(
      paths.map((path, at): [number, TaskFile] => {
        const key = { request: randomUUID(), file: at + 1, step: 1, attempt: 1 };
        return [at + 1, { ...key, settings, replicas: [path], inputs: [] }];
      }),
    );
    const task: ServiceTask = {
      id: randomUUID(),
      group,
      externalRef: null,
      files: async () => [...open.values()],
    };
    const settled: Progress["settled"] = [];
    function record(progress: Progress | undefined): void {
      task.externalRef = progress?.externalRef ?? task.externalRef;
      for (const one of progress?.settled ?? []) {
        expect(open.get(one.file)?.request, "a file of the task that is open").toBe(one.request);
        open.delete(one.file);
        settled.push(one);
      }
    }
    return {
      task,
      settled,
      record,
      start: async () => record(await operation.start(task, context())),
      poll: async () => record((await operation.poll([task], context())).get(task.id)),
      files: [...open.values()],
    };
  }

  /** Until no file is open. */
  const finish = (...tasks: ReturnType<typeof taskOf>[]) =>
    until(
      async () => {
        for (const one of tasks) await one.poll();
        return (await Promise.all(tasks.map(({ task }) => task.files()))).flat().length === 0;
      },
      { what: "all files" },
    );

  test("settles each file once, and none before it is there", async () => {
    const one = taskOf(world.paths);
    await one.start();
    await one.poll();
    expect(one.settled).toEqual([]);
    world.arrive();
    await finish(one);
    expect(one.settled.map(({ file, status }) => `${file} ${status}`).toSorted()).toEqual(
      world.paths.map((_path, at) => `${at + 1} success`),
    );
  });

  test("started twice, as after a kill before the record, it settles each file all the same", async () => {
    const one = taskOf(world.paths);
    await world.operation.start(one.task, context());
    await one.start();
    world.arrive();
    await finish(one);
    expect(one.settled).toHaveLength(world.paths.length);
  });

  test("asked about several tasks at once, it tells each what became of its own files", async () => {
    const [first = "", ...others] = world.paths;
    const tasks = [taskOf([first]), taskOf(others)];
    for (const one of tasks) await one.start();
    world.arrive();
    await until(async () => {
      const found = await world.operation.poll(
        tasks.map(({ task }) => task),
        context(),
      );
      for (const one of tasks) one.record(found.get(one.task.id));
      return tasks.every(({ settled, files }) => settled.length === files.length);
    });
  });

  test("a file that it does not have fails alone, with a class and a sentence", async ({
    skip,
  }) => {
    if (world.missing === undefined) return skip("it has any file");
    const one = taskOf([...world.paths, world.missing]);
    world.arrive();
    await one.start();
    await finish(one);
    const bad = one.settled.filter(({ status }) => status !== "success");
    expect(bad).toEqual([
      expect.objectContaining({
        file: world.paths.length + 1,
        error: {
          class: expect.stringMatching(/^[a-z][a-z0-9_]*$/),
          message: expect.stringMatching(/ .*\.$/),
        },
      }),
    ]);
  });

  test("aborts and releases twice without complaint, and the rest comes", async () => {
    const { operation } = world;
    const one = taskOf(world.paths);
    await one.start();
    const [unwanted] = one.files;
    if (!unwanted) throw new Error("no file");
    one.record({ settled: [{ ...unwanted, status: "failure", error: canceled }] });
    for (let times = 0; times < 2; times++)
      await operation.abort?.(one.task, [unwanted], context());
    world.arrive();
    await finish(one);
    for (let times = 0; times < 2; times++)
      await operation.release?.(one.task, one.files.slice(1), context());
    expect(one.settled.filter(({ status }) => status === "success")).toHaveLength(2);
  });

  test("stopped, it ends within two seconds, and can be called again", async () => {
    const one = taskOf(world.paths);
    const started = performance.now();
    await world.operation.start(one.task, context(AbortSignal.abort())).catch(() => undefined);
    expect(performance.now() - started).toBeLessThan(2000);
    await one.start();
    world.arrive();
    await finish(one);
    expect(one.settled).toHaveLength(world.paths.length);
  });
});

const canceled = { class: "canceled", message: "It was canceled." };
