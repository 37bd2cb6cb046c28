// The guards that carry the design, each by itself: nothing here depends on who is faster. Without
// a scheduler only what a test calls happens.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { workTopic } from "../../src/queue/contract.ts";
import { cleanUp, endRequest } from "../../src/requests/advance/end.ts";
import { moveRequest } from "../../src/requests/move-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { housekeep, sweep } from "../support/lead.ts";

let database: FreshDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await freshDatabase();
  ledger = await openLedger({ databaseUrl: database.url, scheduler: false });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

/** Another process on the same database, for a test that has closed the queue of this one. */
async function restart(): Promise<void> {
  await ledger.close();
  ledger = await openLedger({ databaseUrl: database.url, scheduler: false });
}

async function running(files: number): Promise<{ id: string; tasks: Task[] }> {
  const id = await ledger.submit(files);
  const tasks: Task[] = [];
  while (tasks.length < files)
    tasks.push(...(await ledger.claim(files - tasks.length, { request: id })));
  return { id, tasks };
}

async function ended(): Promise<string> {
  const { id, tasks } = await running(1);
  for (const task of tasks) await ledger.report(task, "success");
  await ledger.ended(id);
  return id;
}

async function finishedAt(id: string, when: string): Promise<void> {
  await ledger.ctx.db.query(`UPDATE requests SET finished_at = ${when} WHERE id = $1`, [id]);
}

const objects = async (id: string) =>
  (await ledger.ctx.store.list(id)).map((object) => object.name);

describe("the end of a request", () => {
  test.each(["complete", "fail"] as const)(
    "does not come by %s while a file is open",
    async (move) => {
      const { id, tasks } = await running(2);
      const [first, second] = tasks as [Task, Task];
      await ledger.report(first, "success");
      await endRequest(ledger.ctx, id, move, "too early");
      expect(await ledger.read(id)).toMatchObject({
        state: "running",
        reason: null,
        counters: { running: 1, done: 1 },
      });
      expect(await ledger.report(second, "success")).toBe("recorded");
      expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 2 } });
    },
  );

  test("after a cancel waits for what runs, whose success counts, and nothing more is given out", async () => {
    const id = await ledger.submit(3);
    const tasks = await ledger.claim(1, { request: id });
    await ledger.ctx.advanceQueue.close();
    expect(await moveRequest(ledger.ctx.db.query, id, "cancel")).toBe(true);
    await endRequest(ledger.ctx, id, "endCancel");
    expect(await ledger.read(id)).toMatchObject({
      state: "canceling",
      counters: { running: 1, queued: 2 },
    });
    expect(await ledger.claim(5, { request: id, waitSeconds: 0 })).toEqual([]);
    expect(await ledger.report(tasks[0] as Task, "success")).toBe("recorded");
    await restart();
    ledger.ctx.advanceQueue.add(id);
    expect(await ledger.ended(id)).toMatchObject({
      state: "canceled",
      counters: { done: 1, canceled: 2 },
    });
  });

  test("comes once: a second end changes neither its time nor its reason", async () => {
    const id = await ended();
    const before = await ledger.read(id);
    await endRequest(ledger.ctx, id, "complete", "again");
    await endRequest(ledger.ctx, id, "fail", "again");
    expect(await ledger.read(id)).toEqual(before);
  });
});

describe("cleaning up after a request", () => {
  test("leaves objects newer than its end, which a redrive may be uploading", async () => {
    const id = await ended();
    await finishedAt(id, "now() - interval '1 hour'");
    await ledger.ctx.store.put(id, "upload-of-a-redrive", Buffer.from("1"));
    await cleanUp(ledger.ctx, id);
    expect(await objects(id)).toEqual(["upload-of-a-redrive"]);
    await finishedAt(id, "now() + interval '1 hour'");
    await cleanUp(ledger.ctx, id);
    expect(await objects(id)).toEqual([]);
  });

  test("leaves the objects of a request that has not ended", async () => {
    const { id, tasks } = await running(1);
    await ledger.ctx.store.put(id, "upload", Buffer.from("1"));
    await cleanUp(ledger.ctx, id);
    expect(await objects(id)).toEqual(["upload"]);
    await ledger.report(tasks[0] as Task, "success");
    await ledger.ended(id);
  });

  test("happens again when the process died between the end and the clean-up", async () => {
    const id = await ended();
    await ledger.ctx.store.put(id, "orphan", Buffer.from("1"));
    await finishedAt(id, "now() + interval '1 second'");
    await housekeep(ledger.ctx);
    expect(await objects(id)).toEqual([]);
  });

  test("is not repeated for a request that ended long ago", async () => {
    const id = await ended();
    await ledger.ctx.store.put(id, "kept", Buffer.from("1"));
    await finishedAt(id, "now() - interval '6 minutes'");
    await housekeep(ledger.ctx);
    expect(await objects(id)).toEqual(["kept"]);
  });
});

describe("topics", () => {
  test("of requests that ended or never were are dropped, those of open requests stay", async () => {
    const over = workTopic("noop", await ended());
    const unknown = workTopic("noop", "00000000-0000-4000-8000-000000000000");
    const { id, tasks } = await running(1);
    const open = workTopic("noop", id);
    await ledger.ctx.queue.publish([over, unknown, open].map((topic) => ({ topic, body: {} })));
    await sweep(ledger.ctx);
    const left = await ledger.ctx.queue.topics("work.");
    expect(left).toContain(open);
    expect(left).not.toContain(over);
    expect(left).not.toContain(unknown);
    await ledger.report(tasks[0] as Task, "success");
    await ledger.ended(id);
  });
});
