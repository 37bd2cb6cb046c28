import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { removeDataset } from "../../src/datasets/datasets.ts";
import { fillDataset } from "../../src/datasets/fill.ts";
import { claimLookups } from "../../src/datasets/lookup-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";
import {
  closed,
  datasetOf,
  filesNamed,
  gate,
  numberOf,
  offer,
  submitDid,
  workOff,
} from "./support.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

describe("how a lookup ends", () => {
  test.each(["does_not_exist", "bad_name", "internal_failure"] as const)(
    "%s ends its requests as failed, and is not remembered",
    async (outcome) => {
      const scheme = outcome.replaceAll("_", "-");
      const finder = offer(ledger, scheme, async () => ({
        outcome,
        reason: `because of ${outcome}`,
      }));
      const id = await submitDid(ledger, `${scheme}://x`);
      expect(await ledger.ended(id)).toMatchObject({
        state: "failed",
        reason: `because of ${outcome}`,
      });
      expect(await datasetOf(ledger, id)).toMatchObject({ state: "failed", outcome });
      await ledger.ended(await submitDid(ledger, `${scheme}://x`));
      expect(finder.asked()).toBe(2);
    },
  );

  test("of no files completes its requests and is never remembered", async () => {
    const finder = offer(ledger, "empty", async () => ({ outcome: "found" }));
    for (const version of [1, 2]) {
      const id = await submitDid(ledger, "empty://x");
      const ended = await ledger.ended(id);
      expect(ended).toMatchObject({ state: "complete", incomplete: false, counters: { total: 0 } });
      expect(ended.finished_at).not.toBeNull();
      expect(await datasetOf(ledger, id)).toMatchObject({
        version,
        state: "stale",
        outcome: "empty",
      });
    }
    expect(finder.asked()).toBe(2);
  });

  test("half way completes its requests with what there is, says so, and is not remembered", async () => {
    const finder = offer(ledger, "half", async (_, give) => {
      await give(filesNamed("/h/1"));
      return { outcome: "found", incomplete: "One of two catalogues did not answer." };
    });
    const id = await submitDid(ledger, "half://x");
    await workOff(ledger, id);
    expect(await ledger.ended(id)).toMatchObject({
      state: "complete",
      incomplete: true,
      reason: "One of two catalogues did not answer.",
      counters: { total: 1, done: 1 },
    });
    await workOff(ledger, await submitDid(ledger, "half://x"));
    expect(finder.asked()).toBe(2);
  });

  test("by a finder that fails is tried three times, and each says everything again", async () => {
    const finder = offer(ledger, "flaky", async (_, give) => {
      await give(filesNamed("/y/1", "/y/2"));
      if (finder.asked() < 3) throw new Error("the catalogue hung up");
      await give(filesNamed("/y/3"));
      return { outcome: "found" };
    });
    const id = await submitDid(ledger, "flaky://x");
    expect((await workOff(ledger, id)).sort()).toEqual(["/y/1", "/y/2", "/y/3"]);
    expect(await datasetOf(ledger, id)).toMatchObject({ state: "ready", files: 3 });
  });

  test("by a finder that fails for good says why", async () => {
    const finder = offer(ledger, "broken", async () => {
      throw new Error("no route to the catalogue");
    });
    const ended = await ledger.ended(await submitDid(ledger, "broken://x"));
    expect(ended).toMatchObject({
      state: "failed",
      reason: "The lookup failed 3 times: no route to the catalogue.",
    });
    expect(finder.asked()).toBe(3);
  });
});

test("work begins while the lookup goes on, and the request is not complete before its end", async () => {
  const door = gate();
  offer(ledger, "stream", async (_, give) => {
    await give(filesNamed("/w/1", "/w/2"));
    await door.passed;
    await give(filesNamed("/w/3"));
    return { outcome: "found" };
  });
  const id = await submitDid(ledger, "stream://x");
  for (const task of await until(async () => {
    const tasks = await ledger.claim(10, { request: id });
    return tasks.length === 2 ? tasks : undefined;
  })) {
    await ledger.report(task, "success");
  }
  expect(await ledger.read(id)).toMatchObject({ state: "lookup", counters: { total: 2, done: 2 } });
  door.open();
  expect(await workOff(ledger, id)).toEqual(["/w/3"]);
  expect(await ledger.ended(id)).toMatchObject({
    state: "complete",
    counters: { total: 3, done: 3 },
  });
});

test("a dataset that one owner deletes while it is looked up serves the others who wait", async () => {
  const door = gate();
  offer(ledger, "gone", async (_, give) => {
    await door.passed;
    await give(filesNamed("/g/1"));
    return { outcome: "found" };
  });
  const id = await submitDid(ledger, "gone://x");
  const ann: Caller = { kind: "user", owner: "ann" };
  await submitDid(ledger, "gone://x", ann);
  await removeDataset(ledger.ctx, (await datasetOf(ledger, id)).id, ann);
  door.open();
  await workOff(ledger, id);
  expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 1 } });
  expect(await datasetOf(ledger, id)).toMatchObject({ state: "stale", outcome: "found" });
});

test("at most half of the lookups are one owner's, and the others have their turn", async () => {
  const door = gate();
  let [running, most] = [0, 0];
  offer(ledger, "busy", async (_, give) => {
    most = Math.max(most, ++running);
    await door.passed;
    await give(filesNamed("/b/1"));
    running--;
    return { outcome: "found" };
  });
  const ids = await Promise.all(
    Array.from({ length: 9 }, (_, index) => submitDid(ledger, `busy://${index}`)),
  );
  await until(() => running === 4);
  door.open();
  for (const id of ids)
    expect(await closed(ledger, id)).toMatchObject({ state: "ready", files: 1 });
  expect(most).toBe(4);
});

describe("a process that dies in a lookup", () => {
  test("leaves it to another, which says the files again: nothing is lost and nothing is double", async () => {
    const dead = await openLedger({ scheduler: false });
    offer(dead, "lone", async () => ({ outcome: "found" }));
    const id = await submitDid(dead, "lone://x");
    const dataset = await numberOf(dead, id);
    const claim = {
      finders: ["lone"],
      token: "of the dead",
      leaseSeconds: 2,
      limit: 1,
      mostOfOwner: 1,
    };
    expect(await claimLookups(dead.ctx.db.query, claim)).toMatchObject([{ id: dataset, tries: 1 }]);
    await fillDataset(dead.ctx, dataset, filesNamed("/l/1", "/l/2"));

    const heir = await openLedger({ databaseUrl: dead.ctx.databaseUrl });
    const finder = offer(heir, "lone", async (_, give) => {
      await give(filesNamed("/l/1", "/l/2", "/l/3"));
      return { outcome: "found" };
    });
    expect((await workOff(heir, id)).sort()).toEqual(["/l/1", "/l/2", "/l/3"]);
    expect(await datasetOf(heir, id)).toMatchObject({ state: "ready", files: 3, version: 1 });
    expect(finder.asked()).toBe(1);
    expect(await heir.violations()).toEqual([]);
    await heir.close();
    await dead.close();
  });

  test("three times over does not take down a fourth: the lookup has failed", async () => {
    const own = await openLedger({ scheduler: false });
    const finder = offer(own, "deadly", async () => ({ outcome: "found" }));
    const id = await submitDid(own, "deadly://x");
    for (let death = 1; death <= 3; death++) {
      await until(
        async () =>
          (
            await claimLookups(own.ctx.db.query, {
              finders: ["deadly"],
              token: `${death}`,
              leaseSeconds: 0,
              limit: 1,
              mostOfOwner: 1,
            })
          ).length,
      );
    }
    const heir = await openLedger({ databaseUrl: own.ctx.databaseUrl });
    heir.ctx.finders.set("deadly", own.ctx.finders.get("deadly") as never);
    expect(await heir.ended(id)).toMatchObject({
      state: "failed",
      reason: "The service ended 3 times while it looked this up.",
    });
    expect(finder.asked()).toBe(0);
    await heir.close();
    await own.close();
  });

  test("properly gives it back at once, and its try does not count", async () => {
    const own = await openLedger({ scheduler: false });
    const leaving = await openLedger({ databaseUrl: own.ctx.databaseUrl });
    const stuck = offer(leaving, "handed", () => new Promise(() => undefined));
    const id = await submitDid(leaving, "handed://x");
    await until(() => stuck.asked() === 1);
    await leaving.close();
    const [row] = await own.ctx.db.query(
      "SELECT lookup_token, lookup_tries, outcome FROM datasets WHERE id = $1",
      [await numberOf(own, id)],
    );
    expect(row).toEqual({ lookup_token: null, lookup_tries: 0, outcome: null });
    await own.close();
  });
});

test("a lookup that was taken over is not closed by the process that had it", async () => {
  const door = gate();
  const own = await openLedger({ env: { LEASE_SECONDS: "600" } });
  const finder = offer(own, "zombie", async () => {
    await door.passed;
    return { outcome: "does_not_exist", reason: "says the old one" };
  });
  const id = await submitDid(own, "zombie://x");
  await until(() => finder.asked() === 1);
  await own.ctx.db.query("UPDATE datasets SET lookup_token = 'the new one' WHERE id = $1", [
    await numberOf(own, id),
  ]);
  door.open();
  const other = await submitDid(own, "zombie://y");
  expect(await closed(own, other)).toMatchObject({ outcome: "does_not_exist" });
  expect(await datasetOf(own, id)).toMatchObject({ state: "lookup", outcome: null });
  await own.close();
});
