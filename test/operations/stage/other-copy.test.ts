// A library is down: files come from their copies in another.
import { afterEach, expect, test } from "vitest";
import { waitingOf } from "../../../src/requests/monitor/waiting-reason.ts";
import { until } from "../../support/wait.ts";
import { openStageSuite, type StageSuite } from "./suite.ts";

let suite: StageSuite;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

const tapes = ["JD0001JD@POOL_JD@north", "MB0001JE@POOL_JE@south"];
const open = async (env: Record<string, string> = {}) => {
  suite = await openStageSuite("in the scheduler", { env: { FILE_ATTEMPTS: "1", ...env } });
  return suite;
};
const librariesAsked = (path: string) =>
  suite.tape
    .recalls()
    .filter(({ list = [] }) => list.includes(path))
    .map(({ args }) => args.at(-1));

test("a library that is down: its files come from their other copies, without another attempt", async () => {
  const { tape, api } = await open();
  const both = tape.put(["a.nc", "b.nc"], { tapes });
  const [only = ""] = tape.put(["c.nc"], { tapes: tapes.slice(1) });
  tape.set({ DOWN: ["north"], HELD: both.slice(1) });
  const id = await suite.submit([...both, only]);
  const waiting = async () => (await waitingOf(suite.ctx, await api.ledger.read(id)))?.sentence;
  await until(async () => (await waiting())?.includes("1 from another copy"), {
    what: "the reason",
  });
  tape.set({ HELD: [] });
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 3, failed: 0 } });
  for (const path of both) expect(librariesAsked(path)).toEqual(["north", "south"]);
  expect(librariesAsked(only)).toEqual(["south"]);
});

test("one file of a recall that the first library cannot read comes from the other alone", async () => {
  const { tape, api } = await open();
  const [bad = ""] = tape.put(["bad.nc"], { tapes, fail: "GLESL401E", failTimes: 1 });
  const [good = ""] = tape.put(["good.nc"], { tapes });
  const id = await suite.submit([bad, good]);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 2, failed: 0 } });
  expect(librariesAsked(bad)).toEqual(["north", "south"]);
  expect(librariesAsked(good)).toEqual(["north"]);
});

test("a recall of the first library that hangs is canceled, and the other one is asked", async () => {
  const { tape, api } = await open({ STAGE_RECALL_SECONDS: "2" });
  const [path = ""] = tape.put(["a.nc"], { tapes });
  tape.set({ HELD: [path] });
  const id = await suite.submit([path]);
  await until(() => librariesAsked(path).length === 2);
  tape.set({ HELD: [] });
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 1 } });
  expect(librariesAsked(path)).toEqual(["north", "south"]);
});

test("both libraries are down: each is asked once, and the file fails with the code", async () => {
  const { tape, api } = await open();
  const [path = ""] = tape.put(["a.nc"], { tapes });
  tape.set({ DOWN: ["north", "south"] });
  const id = await suite.submit([path]);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { failed: 1 } });
  expect(librariesAsked(path)).toEqual(["north", "south"]);
  const errors = await suite.ctx.db.query("SELECT class, message FROM error_groups");
  expect(errors).toMatchObject([
    { class: "recall_failed", message: expect.stringMatching(/failed with GLESL<n>E/) },
  ]);
});

test("a step that names a library has no other", async () => {
  const { tape, api } = await open();
  const [path = ""] = tape.put(["a.nc"], { tapes });
  tape.set({ DOWN: ["north"] });
  const id = await suite.submit([path], [{ operation: "stage", library: "north" }]);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { failed: 1 } });
  expect(librariesAsked(path)).toEqual(["north"]);
});

test("a first copy that is offline: the other one is recalled; without another the file waits", async () => {
  const { tape, api } = await open();
  const [two = ""] = tape.put(["two.nc"], { tapes });
  const [one = ""] = tape.put(["one.nc"], { tapes: tapes.slice(0, 1) });
  tape.set({ OFFLINE: ["north"] });
  const id = await suite.submit([two, one]);
  await until(async () => (await api.ledger.read(id)).counters.done === 1);
  const waiting = await waitingOf(suite.ctx, await api.ledger.read(id));
  expect(waiting?.sentence).toContain("offline");
  expect(librariesAsked(two)).toEqual(["south"]);
  expect(librariesAsked(one)).toEqual([]);
  tape.set({ OFFLINE: [] });
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { done: 2 } });
});

test("a file that stays offline after its recall uses an attempt, and is not recalled for ever", async () => {
  const { tape, api } = await open({ FILE_ATTEMPTS: "2" });
  const [path = ""] = tape.put(["a.nc"], { tapes });
  tape.set({ LETTER: "offline" });
  const id = await suite.submit([path]);
  expect(await api.ledger.ended(id)).toMatchObject({ counters: { failed: 1 } });
  expect(librariesAsked(path)).toEqual(["south", "south"]);
  const errors = await suite.ctx.db.query("SELECT class FROM error_groups");
  expect(errors).toEqual([{ class: "evicted" }]);
});
