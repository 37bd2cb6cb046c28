// Large lists and large datasets, in ServiceX's words.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { makeApp } from "../../../src/http/app.ts";
import { makeMounts } from "../../../src/mounts.ts";
import { openLedger } from "../../support/context.ts";
import { until } from "../../support/wait.ts";
import { type ServiceX, startServiceX } from "./servicex.ts";

let servicex: ServiceX | undefined;
afterEach(async () => {
  await servicex?.remove();
  servicex = undefined;
});

test("defect 41: a list of 250 requests asks the database a few questions, not one for each", async () => {
  const ledger = await openLedger({ scheduler: false });
  let questions = 0;
  const db = {
    ...ledger.ctx.db,
    query: ((...asked: Parameters<typeof ledger.ctx.db.query>) => {
      questions++;
      return ledger.ctx.db.query(...asked);
    }) as typeof ledger.ctx.db.query,
  };
  const ctx = { ...ledger.ctx, db };
  const server = createServer(makeApp(ctx, makeMounts())).listen(0, "127.0.0.1");
  try {
    for (let request = 0; request < 250; request++) await ledger.submit(1);
    questions = 0;
    const answer = await until(() =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/servicex/transformation`),
    );
    const { requests } = (await answer.json()) as {
      requests: { selection: unknown; image: unknown }[];
    };
    expect(requests).toHaveLength(250);
    for (const one of requests)
      expect([one.selection, one.image].every((text) => typeof text === "string")).toBe(true);
    expect(questions).toBeLessThanOrEqual(6);
  } finally {
    server.closeAllConnections();
    server.close();
    await ledger.close();
  }
});

test("defect 42: a list has no selections, and comes whole or as much as was asked for", async () => {
  servicex = await startServiceX();
  const selection = `select 1 as one from input -- ${"x".repeat(400_000)}`;
  const ids: string[] = [];
  for (let request = 0; request < 30; request++)
    ids.push(await servicex.submit({ "file-list": ["x"], selection }));
  const whole = await fetch(`${servicex.service.url}/servicex/transformation`);
  expect(whole.headers.get("content-length")).toBeNull();
  const text = await whole.text();
  expect(text.length).toBeLessThan(selection.length);
  const { requests } = JSON.parse(text) as { requests: Record<string, string>[] };
  expect(requests.map((listed) => listed.request_id)).toEqual(ids.toReversed());
  expect(new Set(requests.map((listed) => listed.selection))).toEqual(new Set([""]));
  const { body: single } = await servicex.call("GET", `/servicex/transformation/${ids[0]}`);
  expect(single).toMatchObject({ selection, image: requests.at(-1)?.image });
  const page = await servicex.call("GET", "/servicex/transformation?limit=2&offset=1");
  expect(page.body.requests.map((one) => one.request_id)).toEqual(ids.toReversed().slice(1, 3));
  expect(
    (await servicex.call("GET", "/servicex/transformation?status=Complete")).body.requests,
  ).toEqual([]);
  expect(
    (await servicex.call("GET", "/servicex/transformation?submitted_by=7")).body.requests,
  ).toEqual([]);
});

test("defect 44: a request for a remembered dataset of 20,000 files is answered at once, and goes on after a kill", async () => {
  servicex = await startServiceX();
  const count = 20_000;
  const first = await servicex.submit({ did: "mock://large", codegen: "noop" });
  const { did_id: dataset } = await servicex.reached(first, "Lookup");
  for (let start = 0; start < count; start += 5_000) {
    const files = Array.from({ length: 5_000 }, (_, index) => ({
      paths: [`root://h//${start + index}`],
      adler32: "x",
      file_size: 1,
      file_events: 1,
    }));
    await servicex.call("PUT", `/servicex/internal/transformation/${dataset}/files`, files);
  }
  await servicex.call("PUT", `/servicex/internal/transformation/${dataset}/complete`, {
    files: count,
  });
  await servicex.reached(first, "Running", count);
  const asked = performance.now();
  const second = await servicex.submit({ did: "mock://large", codegen: "noop" });
  expect(performance.now() - asked).toBeLessThan(5_000);
  await servicex.service.kill();
  await servicex.again();
  expect(await servicex.reached(second, "Running", count)).toMatchObject({
    files: count,
    "files-remaining": count,
  });
  expect(await servicex.violations()).toEqual([]);
});
