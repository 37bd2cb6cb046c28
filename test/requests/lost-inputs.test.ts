// What an earlier step made of a failed file, and the store has lost: a redrive makes it again.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { UnavailableError } from "../../src/errors.ts";
import type { Task } from "../../src/operations/contract.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

const settings = { generator: "sql", selection: "select 1 from input", format: "parquet" };

async function submitted(files: number, steps: number): Promise<string> {
  const { request } = await submit(ledger.ctx, local, {
    dataset: { files: Array.from({ length: files }, (_, index) => `/data/${index}.csv`) },
    steps: Array.from({ length: steps }, () => ({ operation: "transform", settings })),
  });
  return request.id;
}

async function claimed(id: string): Promise<Task> {
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("No file was handed out.");
  return task;
}

/** Uploads so many results and reports them, as a worker does. Returns their names. */
async function perform(task: Task, results = 1): Promise<string[]> {
  const names = Array.from({ length: results }, (_, index) => `${index}-${task.upload?.name}`);
  for (const name of names) await ledger.ctx.store.put(task.request, name, Buffer.from("12345"));
  const reported = names.map((name) => ({ name, size: 5 }));
  expect(await ledger.report(task, "success", { results: reported })).toBe("recorded");
  return names;
}

const fail = (task: Task) =>
  ledger.report(task, "failure", { error: { class: "not_found", message: "HTTP 404" } });

const read = (names: string[]) => names.map((name) => expect.stringContaining(name));

test("a file whose input the store lost begins again in the step that made it, others do not", async () => {
  const id = await submitted(2, 2);
  const made = new Map<number, string[]>();
  for (const task of await ledger.claim(2, { request: id }))
    made.set(task.file, await perform(task));
  const [kept, lost] = [...made.keys()] as [number, number];
  for (const _ of made) await fail(await claimed(id));
  await ledger.ended(id);
  await ledger.ctx.store.remove(id, made.get(lost) ?? []);

  expect(await redrive(ledger.ctx, id, local)).toMatchObject({ files: 2 });
  await housekeep(ledger.ctx);
  await ledger.published(id, 2);
  const tasks = (await ledger.claim(2, { request: id })).sort((one, two) => two.step - one.step);
  const [second, first] = tasks as [Task, Task];
  expect(second).toMatchObject({ file: kept, step: 2, inputs: read(made.get(kept) ?? []) });
  expect(first).toMatchObject({ file: lost, step: 1, attempt: 3, inputs: [] });
  await perform(second);
  const again = await perform(first);
  const last = await claimed(id);
  expect(last).toMatchObject({ file: lost, step: 2, inputs: read(again) });
  await perform(last);
  expect((await ledger.ended(id)).counters).toMatchObject({ total: 2, done: 2 });
});

test("of three steps, what the second made is made again from what the first made", async () => {
  const id = await submitted(1, 3);
  const first = await perform(await claimed(id));
  const second = await perform(await claimed(id));
  await fail(await claimed(id));
  await ledger.ended(id);
  await ledger.ctx.store.remove(id, second);
  await redrive(ledger.ctx, id, local);
  const again = await claimed(id);
  expect(again).toMatchObject({ step: 2, attempt: 3, inputs: read(first) });
  const made = await perform(again);
  const last = await claimed(id);
  expect(last).toMatchObject({ step: 3, inputs: read(made) });
  await perform(last);
  expect((await ledger.ended(id)).counters).toMatchObject({ done: 1 });
});

test.each([
  ["one of two is lost", async () => undefined],
  [
    "one of two was replaced",
    async (id: string, name: string) => {
      await ledger.ctx.store.put(id, name, Buffer.from("of another size"));
    },
  ],
])("both results of a step are made again where %s", async (_, then) => {
  const id = await submitted(1, 2);
  const [, other = ""] = await perform(await claimed(id), 2);
  await fail(await claimed(id));
  await ledger.ended(id);
  await ledger.ctx.store.remove(id, [other]);
  await then(id, other);
  await redrive(ledger.ctx, id, local);
  await housekeep(ledger.ctx);
  const again = await claimed(id);
  expect(again).toMatchObject({ step: 1, attempt: 3, inputs: [] });
  const made = await perform(again, 2);
  const last = await claimed(id);
  expect(last.inputs.toSorted()).toEqual(read(made));
  await perform(last);
  await ledger.ended(id);
});

test("while the store is away nothing is redriven, since nobody knows what it has lost", async () => {
  const id = await submitted(1, 2);
  await perform(await claimed(id));
  await fail(await claimed(id));
  await ledger.ended(id);
  const away = () => Promise.reject(new UnavailableError("The store is away."));
  const store = { ...ledger.ctx.store, head: away };
  await expect(redrive({ ...ledger.ctx, store }, id, local)).rejects.toThrow("store is away");
  expect(await ledger.read(id)).toMatchObject({ state: "complete", round: 1 });
  await redrive(ledger.ctx, id, local);
  const task = await claimed(id);
  expect(task.step).toBe(2);
  await perform(task);
  await ledger.ended(id);
});
