import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { listResults } from "../../src/requests/read/results.ts";
import { temporaryFolder } from "../support/folder.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { type RealPod, realSidecar, startRealPod } from "./real-sidecar.ts";
import { type Outside, openOutside } from "./sidecars.ts";

const sidecar = realSidecar();
const rabbit = await makeRabbit({ management: true });

describe.skipIf(!rabbit || !sidecar)("ServiceX's own sidecar and watch.sh", () => {
  let outside: Outside;
  let pod: RealPod | undefined;
  const marks = temporaryFolder("science");
  beforeAll(async () => {
    await rabbit?.start();
    outside = await openOutside(rabbit?.url ?? "", {
      RABBIT_MANAGEMENT_URL: rabbit?.managementUrl ?? "",
      // A broken sidecar is to keep what it drops until its pod goes.
      SIDECAR_QUIET_SECONDS: "600",
    });
  });
  afterAll(async () => {
    await pod?.kill();
    expect(await outside.ledger.violations()).toEqual([]);
    await outside.close();
    await rabbit?.remove();
  });

  /** In the place of the one before; by default with the login of this run alone. */
  async function start(run: string, broker?: string, writesRoot = false): Promise<RealPod> {
    await pod?.kill();
    pod = await startRealPod({
      sidecar: sidecar ?? "",
      run,
      broker: broker ?? (await outside.login(run)),
      marks,
      variables: outside.storeVariables(run),
      writesRoot,
    });
    return pod;
  }

  const mark = (name: string) => writeFileSync(join(marks, name), "");
  const isMarked = (name: string) => existsSync(join(marks, name));
  const ended = (id: string) => outside.ledger.ended(id);
  const look = (run: string) => outside.ledger.ctx.transformers?.look(run);
  const objects = async (id: string) =>
    (await outside.ledger.ctx.store.list(id)).map(({ name, size }) => `${name} ${size}`).toSorted();
  const results = async (id: string) =>
    (await listResults(outside.ledger.ctx, id, local, { limit: 100 })).items
      .map(({ name, size }) => `${name} ${size}`)
      .toSorted();
  const names = (count: number, name: string) =>
    Array.from({ length: count }, (_, number) => `${name}-${number}.root`);

  test("do a request's files, and its bucket has their results with their sizes", async () => {
    const id = await outside.submit(["one.root", "two.root", "bad.root"]);
    const { science } = await start(id);
    expect(await ended(id)).toMatchObject({
      state: "complete",
      counters: { done: 2, failed: 1 },
    });
    const size = "made of root://far//one.root".length;
    // Before the sidecar's name is what tells attempts apart.
    const named = (await results(id)).map((result) => result.replace(/^[\da-f]+-\d+-1-1-/, ""));
    expect(named.toSorted()).toEqual([
      `root:::far::one.root.parquet ${size}`,
      `root:::far::two.root.parquet ${size}`,
    ]);
    await until(async () => (await objects(id)).length === 2);
    expect(await objects(id)).toEqual(await results(id));
    expect(science()).toContain("there is no tree in bad.root");
  });

  test("turn ROOT into Parquet, and what they name after it is found", async () => {
    const paths = ["jets.root", "pool.root.1", "pool.root.2"];
    const id = await outside.submit(paths, 1, { writes: ["root"] });
    await start(id, undefined, true);
    expect(await ended(id)).toMatchObject({ counters: { done: 3, failed: 0 } });
    const made = await objects(id);
    expect(made).toEqual(await results(id));
    expect(
      made.map((object) => object.replace(/^[\da-f]+-\d+-1-1-/, "").split(" ")[0]).toSorted(),
    ).toEqual(["root:::far::jets.parquet", ...Array(2).fill("root:::far::pool.root.parquet")]);
    const { store } = outside.ledger.ctx;
    for (const { name, size } of await store.list(id)) {
      const found = await store.get(id, name);
      const content = await buffer(found?.body ?? Readable.from([]));
      expect(content).toHaveLength(size);
      expect(content.subarray(-4).toString()).toBe("PAR1");
    }
  });

  test("take the files of a redrive, although they were told to take no more", async () => {
    const id = await outside.submit(["bad-again.root"]);
    // A login of the run alone ends with it.
    const one = await start(id, rabbit?.url);
    expect(await ended(id)).toMatchObject({ counters: { failed: 1 } });
    await until(async () => (await look(id)) === undefined);
    mark("mended");
    await redrive(outside.ledger.ctx, id, local);
    expect(await ended(id)).toMatchObject({ counters: { done: 1, failed: 0 } });
    expect(one.isAlive()).toBe(true);
  });

  test("drop what is given to them once their science has died, and the next pod does it", async () => {
    const id = await outside.submit(["held.root", ...names(5, "dropped")]);
    const broken = await start(id);
    await until(() => isMarked("taken-held.root"));
    expect(broken.isAlive()).toBe(true);
    await broken.killScience();
    // It reports the file in work as failed, and takes the others without a report.
    await until(async () => (await look(id))?.ready === 0);
    await until(
      () => (broken.printed().match(/Science container not responding/g) ?? []).length > 4,
    );
    mark("go");
    await start(id);
    const { counters } = await ended(id);
    expect(counters).toMatchObject({ done: 5, failed: 1 });
    const history = await outside.ledger.ctx.db.query<{ status: string }>(
      `SELECT status FROM file_status WHERE request_id = $1
         AND file_id = (SELECT max(file_id) FROM request_files WHERE request_id = $1)
       ORDER BY seq`,
      [id],
    );
    expect(history.map(({ status }) => status)).toEqual(
      expect.arrayContaining(["lost", "success"]),
    );
  });

  test("take no more once their request is canceled, and live on", async () => {
    const id = await outside.submit(names(30, "slow"));
    const one = await start(id);
    await until(async () => (await outside.ledger.read(id)).counters.done > 1);
    await cancel(outside.ledger.ctx, id, local);
    const { counters } = await ended(id);
    expect(counters.done + counters.canceled).toBe(30);
    expect(counters.done).toBeLessThan(30);
    await until(async () => (await look(id)) === undefined);
    expect(one.isAlive()).toBe(true);
  });
});
