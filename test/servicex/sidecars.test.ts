import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { listResults } from "../../src/requests/read/results.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { type Outside, openOutside, type Sidecar } from "./sidecars.ts";

const rabbit = await makeRabbit();

describe.skipIf(!rabbit)("containers of others", () => {
  let outside: Outside;
  const started: Sidecar[] = [];
  beforeAll(async () => {
    await rabbit?.start();
    outside = await openOutside(rabbit?.url ?? "", {
      SIDECAR_FILE_SECONDS: "20",
      SIDECAR_QUIET_SECONDS: "3",
    });
  });
  afterAll(async () => {
    expect(await outside.ledger.violations()).toEqual([]);
    await outside.close();
    await rabbit?.remove();
  });

  async function sidecar(run: string): Promise<Sidecar> {
    const one = await outside.sidecar(run);
    started.push(one);
    return one;
  }
  const ended = (id: string) => outside.ledger.ended(id);
  const look = async (run: string) => outside.ledger.ctx.transformers?.look(run);
  const objects = async (id: string) =>
    (await outside.ledger.ctx.store.list(id)).map(({ name, size }) => `${name} ${size}`);
  const results = async (id: string) =>
    (await listResults(outside.ledger.ctx, id, local, { limit: 100 })).items.map(
      ({ name, size }) => `${name} ${size}`,
    );
  const names = (count: number, name: string) =>
    Array.from({ length: count }, (_, number) => `${name}-${number}.root`);

  test("defect 13: do a request's files, and its bucket has their results and nothing else", async () => {
    const id = await outside.submit([...names(5, "plain"), "lostupload.root", "dropped.root"]);
    await until(async () => (await look(id))?.ready === 7);
    await outside.ledger.ctx.store.put(id, "stray", Buffer.from("left by nobody"));
    await Promise.all([sidecar(id), sidecar(id)]);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 7 } });
    await until(async () => (await objects(id)).length === 7);
    expect((await results(id)).toSorted()).toEqual((await objects(id)).toSorted());
    // The queue went with its workers, which live on.
    await until(async () => (await look(id)) === undefined);
    expect(started.every((one) => one.isAlive())).toBe(true);
  });

  test("defect 3: are killed with all that is in their queue, and no file is lost", async () => {
    const id = await outside.submit(["held.root", ...names(5, "after")]);
    const only = await sidecar(id);
    await until(() => outside.taken("held.root", only));
    await until(async () => (await outside.ledger.read(id)).counters.running === 1);
    await only.kill();
    await until(async () => (await look(id))?.ready === 6);
    outside.mark("go");
    await sidecar(id);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 6 } });
    const history = await outside.ledger.ctx.db.query<{ status: string; attempt: number }>(
      `SELECT status, attempt FROM file_status WHERE request_id = $1 AND attempt = 1
         AND file_id = (SELECT min(file_id) FROM request_files WHERE request_id = $1)
       ORDER BY seq`,
      [id],
    );
    expect(history.map(({ status }) => status)).toEqual(["start", "lost"]);
  });

  test("take everything and report nothing: it is taken back from them", async () => {
    const id = await outside.submit(names(30, "swallowed"));
    const broken = await sidecar(id);
    broken.breakDown();
    await until(() => outside.taken("swallowed-29.root", broken));
    await sidecar(id);
    await broken.kill();
    expect(await ended(id)).toMatchObject({ counters: { done: 30 } });
  });

  test("take no more once their request is canceled, and live on", async () => {
    const id = await outside.submit(["held.root", ...names(20, "unwanted")]);
    const one = await sidecar(id);
    await cancel(outside.ledger.ctx, id, local);
    expect(await ended(id)).toMatchObject({ state: "canceled" });
    await until(async () => (await look(id)) === undefined);
    expect(one.isAlive()).toBe(true);
    expect(one.printed()).toContain(`transformer-${id}`);
  });

  test("take the files of a redrive, although they were told to take no more", async () => {
    const id = await outside.submit(names(2, "bad"));
    const one = await sidecar(id);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { failed: 2 } });
    await until(async () => (await look(id)) === undefined);
    outside.mark("mended");
    await redrive(outside.ledger.ctx, id, local);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 2 } });
    expect(one.isAlive()).toBe(true);
  });

  test("do a second step under a name of its own, with what the first one made", async () => {
    const id = await outside.submit(names(2, "twice"), 2);
    const { db } = outside.ledger.ctx;
    const [first = "", second = ""] = (
      await db.query<{ run: string }>(
        "SELECT run_id AS run FROM step_workloads WHERE request_id = $1 ORDER BY step",
        [id],
      )
    ).map(({ run }) => run);
    expect(first).toBe(id);
    await Promise.all([sidecar(first), sidecar(second)]);
    expect(await ended(id)).toMatchObject({ state: "complete", counters: { done: 2 } });
    await until(async () => (await objects(id)).length === 2);
    expect((await results(id)).toSorted()).toEqual((await objects(id)).toSorted());
    expect(await outside.ledger.ctx.store.buckets()).not.toContain(second);
  });

  test("make Parquet of ROOT themselves, of two files of one name one after the other", async () => {
    const paths = ["jets.root", "jets.data", "no-ending", "pool.root.1", "pool.root.2"];
    const id = await outside.submit(paths, 1, { writes: ["root"] });
    await Promise.all([1, 2].map(() => outside.sidecar(id, undefined, { CONVERTS: "1" })));
    expect(await ended(id)).toMatchObject({ counters: { done: 5, failed: 0 } });
    const retried = await outside.ledger.ctx.db.query(
      "SELECT info FROM file_status WHERE request_id = $1 AND status NOT IN ('start', 'success')",
      [id],
    );
    expect(retried).toEqual([]);
    const made = (await results(id)).map((result) => result.replace(/^[\da-f]+-\d+-1-1-/, ""));
    expect(made.map((result) => result.split(" ")[0]).toSorted()).toEqual([
      "root:::far::jets.parquet",
      "root:::far::jets.parquet",
      "root:::far::no-ending.parquet",
      "root:::far::pool.root.parquet",
      "root:::far::pool.root.parquet",
    ]);
    await until(async () => (await objects(id)).length === 5);
  });

  test("are given nothing while the broker is away, and everything when it is back", async () => {
    await rabbit?.kill();
    const id = await outside.submit(names(3, "patient"));
    await until(async () => (await outside.ledger.read(id)).counters.total === 3);
    await rabbit?.start();
    // One that the broker stored without confirming it may be there twice.
    await until(async () => ((await look(id).catch(() => undefined))?.ready ?? 0) >= 3, {
      timeoutSeconds: 60,
    });
    await sidecar(id);
    expect(await ended(id)).toMatchObject({ counters: { done: 3 } });
  });
});
