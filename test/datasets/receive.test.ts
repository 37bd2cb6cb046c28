// A finder of others, played by the test: it only calls.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { receiveComplete, receiveError, receiveFiles } from "../../src/datasets/receive.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";
import {
  closed,
  datasetOf,
  filesNamed,
  numberOf,
  submitDataset,
  submitDid,
  workOff,
} from "./support.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { VALID_DID_SCHEMES: "rucio" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

let sets = 0;
async function lookup(): Promise<{ request: string; dataset: number; did: string }> {
  const did = `rucio://set-${++sets}`;
  const request = await submitDid(ledger, did);
  return { request, dataset: await numberOf(ledger, request), did };
}

describe("files of a finder", () => {
  test("are processed before the list is complete; sent again they add nothing", async () => {
    const { request, dataset } = await lookup();
    expect(await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1", "/2"))).toEqual({
      added: 2,
      total: 2,
    });
    const tasks = await until(async () => {
      const some = await ledger.claim(10, { request });
      return some.length === 2 ? some : undefined;
    });
    for (const task of tasks) await ledger.report(task, "success");
    expect(await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1", "/2", "/3"))).toEqual({
      added: 1,
      total: 3,
    });
    expect(await ledger.read(request)).toMatchObject({ state: "lookup" });
    await receiveComplete(ledger.ctx, dataset, local, { files: 3 });
    await workOff(ledger, request);
    expect(await ledger.ended(request)).toMatchObject({
      state: "complete",
      incomplete: false,
      counters: { total: 3, done: 3 },
    });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "ready", files: 3 });
  });

  test("that overtake each other, and twenty times the same at once, are each one file", async () => {
    const { request, dataset } = await lookup();
    const calls = Array.from({ length: 20 }, () =>
      receiveFiles(ledger.ctx, dataset, local, filesNamed("/a", "/b", "/c")),
    );
    await Promise.all([
      ...calls,
      receiveFiles(ledger.ctx, dataset, local, [{ paths: ["/a", "/replica"] }]),
    ]);
    await receiveComplete(ledger.ctx, dataset, local, { files: 4 });
    await workOff(ledger, request);
    expect(await ledger.ended(request)).toMatchObject({ counters: { total: 4, done: 4 } });
  });

  test("may come after `complete`, when it has announced them", async () => {
    const { request, dataset } = await lookup();
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 3 });
    expect(await datasetOf(ledger, request)).toMatchObject({ outcome: null });
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/2", "/3"));
    expect(await datasetOf(ledger, request)).toMatchObject({
      state: "ready",
      files: 3,
      incomplete: false,
    });
    await workOff(ledger, request);
    expect(await ledger.ended(request)).toMatchObject({ incomplete: false, counters: { done: 3 } });
  });

  test("that arrive at the same moment as `complete` are all recorded, in any order", async () => {
    const { request, dataset } = await lookup();
    const parts = Array.from({ length: 10 }, (_, part) => filesNamed(`/${part}/a`, `/${part}/b`));
    const calls = parts.flatMap((files, part) => [
      ...(part === 5 ? [receiveComplete(ledger.ctx, dataset, local, { files: 20 })] : []),
      receiveFiles(ledger.ctx, dataset, local, files),
    ]);
    await Promise.all(calls);
    await workOff(ledger, request);
    expect(await ledger.ended(request)).toMatchObject({
      incomplete: false,
      counters: { total: 20, done: 20 },
    });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "ready", files: 20 });
  });

  test("that were announced and never came make the request incomplete, and the next one starts a new lookup", async () => {
    const { request, dataset, did } = await lookup();
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 300 });
    await ledger.ctx.db.query("UPDATE datasets SET lookup_until = now() WHERE id = $1", [dataset]);
    await workOff(ledger, request);
    expect(await ledger.ended(request)).toMatchObject({
      state: "complete",
      incomplete: true,
      reason: "The finder announced 300 files, and 1 arrived.",
    });
    expect(await numberOf(ledger, await submitDid(ledger, did))).not.toBe(dataset);
  });

  test("that come after the list is closed are not recorded, but the list becomes stale", async () => {
    const { request, dataset, did } = await lookup();
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1", "/2"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 2 });
    expect(await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1"))).toMatchObject({
      added: 0,
      total: 2,
    });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "ready", incomplete: false });
    expect(
      await receiveFiles(ledger.ctx, dataset, local, filesNamed("/2", "/3", "/4")),
    ).toMatchObject({
      added: 0,
      total: 2,
    });
    const reason = "2 files arrived after the finder had closed the list.";
    expect(await datasetOf(ledger, request)).toMatchObject({
      state: "stale",
      incomplete: true,
      files: 2,
      reason,
    });
    await workOff(ledger, request);
    expect(await ledger.ended(request)).toMatchObject({
      incomplete: true,
      reason,
      counters: { total: 2, done: 2 },
    });
    expect(await numberOf(ledger, await submitDid(ledger, did))).not.toBe(dataset);
  });

  test("that are given again with their replicas in another order add nothing", async () => {
    const { request, dataset } = await lookup();
    const paths = ["root://near//x", "https://far/x"];
    await receiveFiles(ledger.ctx, dataset, local, [{ paths }]);
    await receiveFiles(ledger.ctx, dataset, local, [{ paths: paths.toReversed() }]);
    await receiveComplete(ledger.ctx, dataset, local, { files: 1 });
    await receiveFiles(ledger.ctx, dataset, local, [{ paths: paths.toReversed() }]);
    expect(await datasetOf(ledger, request)).toMatchObject({
      state: "ready",
      files: 1,
      incomplete: false,
    });
    expect(await workOff(ledger, request)).toEqual(["root://near//x"]);
  });

  test("are stored with their replicas, sizes and checksums", async () => {
    const { request, dataset } = await lookup();
    await receiveFiles(ledger.ctx, dataset, local, [
      {
        paths: ["root://a//x,1", "root://b//x,1"],
        size: 5_000_000_000,
        events: 12,
        checksum: "00ab12cd",
      },
      { paths: ["/y"], size: 1 },
    ]);
    await receiveComplete(ledger.ctx, dataset, local, {});
    expect(await datasetOf(ledger, request)).toMatchObject({
      files: 2,
      size: 5_000_000_001,
      events: 12,
    });
    await workOff(ledger, request);
  });
});

describe("the end of a lookup", () => {
  test("sent twice, or with another outcome later, keeps its first outcome", async () => {
    const { request, dataset } = await lookup();
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 1 });
    await receiveComplete(ledger.ctx, dataset, local, { files: 0 });
    await receiveError(ledger.ctx, dataset, local, "internal_failure", "too late");
    expect(await datasetOf(ledger, request)).toMatchObject({
      state: "ready",
      outcome: "found",
      reason: null,
    });
    await workOff(ledger, request);
  });

  test("of a second, different list makes the request incomplete, and the next one starts a new lookup", async () => {
    const { request, dataset, did } = await lookup();
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/1", "/2"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 2 });
    await receiveComplete(ledger.ctx, dataset, local, { files: 2 });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "ready", incomplete: false });
    await receiveFiles(ledger.ctx, dataset, local, filesNamed("/2"));
    await receiveComplete(ledger.ctx, dataset, local, { files: 1 });
    await workOff(ledger, request);
    const reason = "The finder gave the list a second time, with 1 files instead of 2.";
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "stale", reason });
    expect(await ledger.ended(request)).toMatchObject({ incomplete: true, reason });
    expect(await numberOf(ledger, await submitDid(ledger, did))).not.toBe(dataset);
  });

  test("with no files completes the waiting requests, and the next one starts a new lookup", async () => {
    const { request, dataset, did } = await lookup();
    await receiveComplete(ledger.ctx, dataset, local, { files: 0 });
    expect(await ledger.ended(request)).toMatchObject({
      state: "complete",
      counters: { total: 0 },
    });
    const next = await submitDid(ledger, did);
    expect(await datasetOf(ledger, next)).toMatchObject({ version: 2, state: "lookup" });
  });

  test.each([
    ["does_not_exist", "does_not_exist"],
    ["bad_name", "bad_name"],
    ["anything else", "internal_failure"],
  ])("as the error %j fails those who wait with the finder's sentence", async (type, outcome) => {
    const { request, dataset } = await lookup();
    await receiveError(ledger.ctx, dataset, local, type, "no such\0 container");
    expect(await ledger.ended(request)).toMatchObject({
      state: "failed",
      reason: "no such\ufffd container",
    });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "failed", outcome });
  });

  test("that never comes is assumed after LOOKUP_SECONDS of silence", async () => {
    const own = await openLedger({ env: { VALID_DID_SCHEMES: "rucio", LOOKUP_SECONDS: "1" } });
    const id = await submitDid(own, "rucio://silent");
    expect(await own.ended(id)).toMatchObject({
      state: "failed",
      reason: "no answer: the finder did not call for 1 seconds.",
    });
    expect(await closed(own, id)).toMatchObject({ state: "failed", outcome: "internal_failure" });
    await own.close();
  });
});

describe("refused", () => {
  test.each([0, -1, 1.5, Number.NaN, 999_999_999])("dataset %s, which is not there", async (id) => {
    const calls = [
      () => receiveFiles(ledger.ctx, id, local, []),
      () => receiveComplete(ledger.ctx, id, local, {}),
      () => receiveError(ledger.ctx, id, local, "bad_name", ""),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ status: 404, code: "not_found" });
  });

  test("files for a list that came with a request", async () => {
    const request = await submitDataset(ledger, { files: ["/mine"] });
    const call = receiveFiles(
      ledger.ctx,
      await numberOf(ledger, request),
      local,
      filesNamed("/planted"),
    );
    await expect(call).rejects.toMatchObject({ status: 409, code: "not_a_foreign_lookup" });
    expect(await datasetOf(ledger, request)).toMatchObject({ state: "ready", files: 1 });
    await workOff(ledger, request);
  });

  test.each([[[]], [[""]], [["/ok", "a\0b"]]])(
    "a file with the paths %j, and with it its whole call",
    async (paths) => {
      const { dataset } = await lookup();
      const call = receiveFiles(ledger.ctx, dataset, local, [{ paths: ["/fine"] }, { paths }]);
      await expect(call).rejects.toMatchObject({ status: 422, errors: [{ pointer: "/1/paths" }] });
      expect(await receiveFiles(ledger.ctx, dataset, local, [])).toEqual({ added: 0, total: 0 });
    },
  );
});
