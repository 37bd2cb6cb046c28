// A finder of others, played over HTTP: in order, out of order, twice, and not at all.
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { type Dataset, type ServiceX, startServiceX } from "./servicex.ts";

let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX({ LOOKUP_SECONDS: "8" });
});
afterAll(async () => {
  expect(await servicex.violations()).toEqual([]);
  await servicex.remove();
});

const internal = "/servicex/internal/transformation";
const file = (name: string) => ({
  timestamp: "2026-01-01T00:00:00",
  paths: [`root://host//${name}`],
  adler32: 42,
  file_size: 5,
  file_events: 7,
});

async function asked(name: string, codegen = "noop"): Promise<{ id: string; dataset: number }> {
  const id = await servicex.submit({ did: `mock://${name}`, codegen });
  const { did_id: dataset } = await servicex.reached(id, "Lookup");
  return { id, dataset };
}
const files = (dataset: number, names: string[]) =>
  servicex.call("PUT", `${internal}/${dataset}/files`, names.map(file));
const complete = (dataset: number, count: number) =>
  servicex.call("PUT", `${internal}/${dataset}/complete`, {
    files: count,
    "files-skipped": 0,
    "total-events": 7,
    "total-bytes": 5,
    "elapsed-time": 1,
  });

test("defect 1: a file that is done before the next one is found does not end the request", async () => {
  const { id, dataset } = await asked("fast");
  expect((await files(dataset, ["1"])).body.dataset_id).toBe(String(dataset));
  await servicex.reached(id, "Lookup", 1);
  const [first = 0] = await servicex.files(id);
  expect((await servicex.report(id, first, "success")).body).toBe("Ok");
  expect(await servicex.read(id)).toMatchObject({
    status: "Lookup",
    files: 1,
    "files-completed": 1,
    "files-remaining": null,
  });
  await files(dataset, ["2", "3"]);
  await complete(dataset, 3);
  await servicex.reached(id, "Running", 3);
  for (const each of (await servicex.files(id)).slice(1))
    await servicex.report(id, each, "success");
  expect(await servicex.reached(id, "Complete")).toMatchObject({
    files: 3,
    "files-completed": 3,
    "files-remaining": 0,
  });
});

test("a request that is canceled during its lookup counts the files that it had by then; the list may go on", async () => {
  const { id, dataset } = await asked("long");
  const other = await servicex.submit({ did: "mock://long", codegen: "noop" });
  await files(dataset, ["1", "2", "3"]);
  for (const request of [id, other])
    await until(async () => (await servicex.read(request)).files === 3);
  await servicex.call("POST", `/servicex/transformation/${id}/cancel`);
  await servicex.reached(id, "Canceled", 3);
  await files(dataset, ["4", "5"]);
  await complete(dataset, 5);
  await servicex.reached(other, "Running", 5);
  expect(await servicex.read(id)).toMatchObject({
    status: "Canceled",
    files: 3,
    "files-failed": 3,
    "files-remaining": 0,
  });
  const own = await servicex.call<{
    counters: Record<string, number>;
    dataset: { files: number };
  }>("GET", `/v1/requests/${id}`);
  expect(own.body).toMatchObject({
    counters: { total: 3, canceled: 3 },
    dataset: { files: 5 },
  });
  await servicex.call("POST", `/servicex/transformation/${other}/cancel`);
});

test("defect 2: a finder's failure is Fatal for this request, in its own words, and the next one starts a new lookup", async () => {
  const { id, dataset } = await asked("gone");
  await servicex.call("PUT", `${internal}/${dataset}/error`, {
    "elapsed-time": 1,
    message: "no such record",
    "error-type": "does_not_exist",
  });
  expect(await servicex.reached(id, "Fatal")).toMatchObject({
    "failure-info": "no such record",
    "finish-time": expect.any(String),
  });
  expect((await servicex.call<Dataset>("GET", `/servicex/datasets/${dataset}`)).body).toMatchObject(
    {
      lookup_status: "does_not_exist",
      is_stale: true,
    },
  );
  expect((await asked("gone")).dataset).not.toBe(dataset);
  const path = `/servicex/transformation?status=fatal`;
  const { requests } = (await servicex.call<{ requests: { request_id: string }[] }>("GET", path))
    .body;
  expect(requests.map(({ request_id }) => request_id)).toContain(id);
});

test("defect 8: files that are all done before the finder closes its list still end the request that waited for another's lookup", async () => {
  const { id, dataset } = await asked("shared");
  const waiting = await servicex.submit({ did: "mock://shared", codegen: "noop" });
  await servicex.reached(waiting, "Pending Lookup");
  await files(dataset, ["1", "2"]);
  for (const request of [id, waiting]) {
    await until(async () => (await servicex.read(request)).files === 2);
    for (const each of await servicex.files(request))
      await servicex.report(request, each, "success");
    expect((await servicex.read(request)).status).not.toBe("Complete");
  }
  await complete(dataset, 2);
  for (const request of [id, waiting])
    expect((await servicex.reached(request, "Complete"))["files-completed"]).toBe(2);
});

test("defect 9: chunks of files and the end of the list that arrive at the same instant lose nothing and open nothing again", async () => {
  const { id, dataset } = await asked("at once");
  const chunks = Array.from({ length: 20 }, (_, chunk) =>
    Array.from({ length: 10 }, (_, one) => `${chunk}-${one}`),
  );
  await Promise.all([...chunks.map((names) => files(dataset, names)), complete(dataset, 200)]);
  expect((await servicex.reached(id, "Running", 200)).files).toBe(200);
  await Promise.all((await servicex.files(id)).map((each) => servicex.report(id, each, "success")));
  await servicex.reached(id, "Complete");
  await complete(dataset, 200);
  expect((await servicex.read(id)).status).toBe("Complete");
});

test("defect 10: twenty first users of one dataset at the same instant get one lookup and every file once", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => servicex.submit({ did: "mock://popular", codegen: "noop" })),
  );
  const all = await Promise.all(ids.map((id) => servicex.read(id)));
  expect(new Set(all.map((one) => one.did_id)).size).toBe(1);
  const dataset = all[0]?.did_id ?? 0;
  await files(dataset, ["1", "2"]);
  await complete(dataset, 2);
  for (const id of ids) expect((await servicex.reached(id, "Running", 2)).files).toBe(2);
});

test("defect 11: a finder that never answers ends the request with a reason, and does not hold up the next one", async () => {
  const { id, dataset } = await asked("silent");
  const ended = await servicex.reached(id, "Fatal");
  expect(ended["failure-info"]).toMatch(/no answer/);
  expect((await asked("silent")).dataset).not.toBe(dataset);
});

test("defect 11: a dataset can be deleted during its lookup, and is then looked up again", async () => {
  const { dataset } = await asked("stuck");
  expect((await servicex.call("DELETE", `/servicex/datasets/${dataset}`)).body).toEqual({
    "dataset-id": dataset,
    stale: true,
  });
  expect((await servicex.call("DELETE", `/servicex/datasets/${dataset}`)).status).toBe(400);
  expect((await asked("stuck")).dataset).not.toBe(dataset);
});

test("defect 12: a chunk sent twice adds no file twice", async () => {
  const { id, dataset } = await asked("twice");
  await files(dataset, ["1", "2"]);
  await files(dataset, ["2", "1", "3"]);
  await complete(dataset, 3);
  expect((await servicex.reached(id, "Running", 3)).files).toBe(3);
});

test("defect 12: a chunk that was lost is noticed, because the finder says how many it found", async () => {
  const { id, dataset } = await asked("lost");
  await files(dataset, ["1", "2"]);
  await complete(dataset, 5);
  await servicex.reached(id, "Running", 2);
  for (const each of await servicex.files(id)) await servicex.report(id, each, "success");
  expect((await servicex.reached(id, "Complete"))["failure-info"]).toMatch(
    "announced 5 files, and 2 arrived",
  );
});

test("defect 15: a dataset of no files ends with a finish time, and so does every later request for it", async () => {
  for (const _ of ["first", "later"]) {
    const { id, dataset } = await asked("empty");
    await complete(dataset, 0);
    expect(await servicex.reached(id, "Complete")).toMatchObject({
      files: 0,
      "files-remaining": 0,
      "finish-time": expect.stringMatching(/\.\d{6}Z$/),
    });
  }
});

test("a finder of 2022 says one file a call to the request's own address, and that work may begin", async () => {
  const { id } = await asked("2022");
  expect((await servicex.call("PUT", `${internal}/${id}/files`, file("1"))).body).toEqual({
    "request-id": id,
  });
  expect(await servicex.call("POST", `${internal}/${id}/start`)).toMatchObject({
    status: 200,
    text: "null",
  });
  await servicex.call("PUT", `${internal}/${id}/complete`, {
    files: 1,
    "files-skipped": 0,
    "total-events": 1,
    "total-bytes": 1,
    "elapsed-time": 1,
  });
  expect((await servicex.reached(id, "Running", 1)).files).toBe(1);
});

test("a report of an unknown dataset, or one that cannot be parsed, is refused with a sentence", async () => {
  expect((await servicex.call("PUT", `${internal}/999999/files`, [file("1")])).status).toBe(404);
  expect((await servicex.call("PUT", `${internal}/999999/complete`, { files: 1 })).status).toBe(
    422,
  );
  expect((await servicex.call("PUT", `${internal}/999999/error`, { message: "x" })).status).toBe(
    422,
  );
  const { dataset } = await asked("unreadable");
  expect(
    (await servicex.call("PUT", `${internal}/${dataset}/files`, [{ adler32: "x" }])).body.message,
  ).toMatch(/paths/);
  expect((await servicex.call("PUT", `${internal}/${dataset}/files`, "{")).body.message).toMatch(
    /JSON/,
  );
});
