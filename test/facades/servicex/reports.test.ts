// Workers of others, played over HTTP: twice, late, unknown, in the wrong order, for a canceled
// request, by many connections.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { onNewConnections } from "./connections.ts";
import { type ServiceX, startServiceX } from "./servicex.ts";

let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX({ LEASE_SECONDS: "2" });
});
afterAll(async () => {
  expect(await servicex.violations()).toEqual([]);
  await servicex.remove();
});

const internal = "/servicex/internal/transformation";
let lists = 0;

async function running(count: number, codegen = "sql"): Promise<{ id: string; files: number[] }> {
  const list = ++lists;
  const id = await servicex.submit({
    codegen,
    "file-list": Array.from({ length: count }, (_, index) => `root://host//${list}/${index}.root`),
  });
  await servicex.reached(id, "Running", count);
  return { id, files: await servicex.files(id) };
}

test("defect 4: a report sent three times, two of them at once, is counted once", async () => {
  const { id, files } = await running(3);
  const [first = 0, ...last] = files;
  expect((await servicex.succeed(id, first)).body).toBe("Ok");
  const again = (file: number) =>
    servicex.report(id, file, "success", { "s3-object-name": `out/${file}` });
  for (const _ of [1, 2])
    expect((await again(first)).body).toBe("Ignoring duplicate result report");
  expect(await servicex.read(id)).toMatchObject({ "files-completed": 1, "files-remaining": 2 });
  for (const file of last) await servicex.store(id, `out/${file}`);
  await Promise.all([...last, ...last].map(again));
  expect(await servicex.reached(id, "Complete")).toMatchObject({
    "files-completed": 3,
    "files-failed": 0,
    "files-remaining": 0,
  });
  expect(
    (await servicex.call("GET", `/servicex/transformation/${id}/results`)).body.results,
  ).toHaveLength(3);
});

test("the first final report of a file wins, whatever comes after it", async () => {
  const { id, files } = await running(2);
  const [good = 0, bad = 0] = files;
  // Its worker had the time to upload: once the request has ended, nobody writes there.
  await servicex.store(id, "late");
  await servicex.succeed(id, good);
  await servicex.report(id, good, "failure");
  await servicex.report(id, bad, "failure");
  await servicex.report(id, bad, "success", { "s3-object-name": "late" });
  expect(await servicex.reached(id, "Complete")).toMatchObject({
    "files-completed": 1,
    "files-failed": 1,
  });
});

test("failure-info of an ended request has the sentence of a failed file, on one line and short", async () => {
  const { id, files } = await running(3);
  const [good = 0, bad = 0, long = 0] = files;
  await servicex.store(id, "good");
  await servicex.succeed(id, good);
  const fail = (file: number, info: string) =>
    servicex.call("POST", `${internal}/${id}/${file}/status`, {
      "status-code": "failure",
      "pod-name": "pod",
      info,
    });
  await fail(bad, "Branch `Muon_pt` is not\nin the tree `Events`");
  await servicex.report(id, bad, "failure");
  expect((await servicex.read(id))["failure-info"]).toBeNull();
  await fail(long, `too much ${"x".repeat(3_000)}`);
  await servicex.report(id, long, "failure");
  const text = (await servicex.reached(id, "Complete"))["failure-info"] ?? "";
  expect(text).toMatch(/^2 of 3 files failed; /);
  expect(text).toContain(`.root: Branch \`Muon_pt\` is not in the tree \`Events\``);
  expect(text).toMatch(/too much x+…/);
  expect(text.length).toBeLessThan(2_000);
});

test("defect 5: a report of a file that is not the request's, or that cannot be read, is counted nowhere", async () => {
  const { id, files } = await running(1);
  const other = await running(1);
  const [own = 0] = files;
  expect((await servicex.report(id, other.files[0] ?? 0, "failure")).status).toBe(404);
  expect((await servicex.report(id, 987_654, "failure")).status).toBe(404);
  expect(
    (await servicex.report("11111111-2222-4333-8444-555555555555", own, "failure")).status,
  ).toBe(404);
  expect((await servicex.report(id, own, "failure", { status: "perhaps" })).status).toBe(400);
  expect((await servicex.report(id, own, "failure", { "file-id": null })).status).toBe(400);
  expect(await servicex.read(id)).toMatchObject({
    "files-completed": 0,
    "files-failed": 0,
    "files-remaining": 1,
  });
});

test("defect 5: the longest path, missing measures and odd characters do not lose a report", async () => {
  const { id, files } = await running(1);
  const [file = 0] = files;
  await servicex.store(id, "long");
  const odd = {
    "file-path": `root://${"x".repeat(3_000)}\u0000`,
    "s3-object-name": "long",
    "total-time": null,
    "total-events": "many",
    place: null,
  };
  expect((await servicex.report(id, file, "success", odd)).body).toBe("Ok");
  expect((await servicex.reached(id, "Complete"))["files-completed"]).toBe(1);
});

test("defect 6: a fatal status ends the request with its reason, in JSON and form-encoded, and reads go on", async () => {
  for (const encode of [
    JSON.stringify,
    (said: Record<string, string>) => new URLSearchParams(said),
  ]) {
    const { id } = await running(2);
    const said = {
      timestamp: "2026-01-01T00:00:00",
      source: "finder",
      severity: "fatal",
      info: "the catalogue is gone",
    };
    expect(
      await servicex.call(
        "POST",
        `${internal}/${id}/status`,
        encode({ ...said, severity: "info" }),
      ),
    ).toMatchObject({
      status: 200,
      text: "null",
    });
    expect((await servicex.read(id)).status).toBe("Running");
    await servicex.call("POST", `${internal}/${id}/status`, encode(said));
    expect(await servicex.reached(id, "Fatal")).toMatchObject({
      "failure-info": "the catalogue is gone",
      "finish-time": expect.any(String),
    });
  }
  expect(
    (await servicex.call("POST", `${internal}/1/status`, { severity: "fatal" })).body.message,
  ).toBe("bad status");
  expect(
    (await servicex.call("GET", "/servicex/transformation")).body.requests.length,
  ).toBeGreaterThan(1);
});

test("defect 7: a canceled request stays canceled when its last reports arrive", async () => {
  const { id, files } = await running(3);
  for (const file of files) await servicex.store(id, `result of ${file}`);
  const { body } = await servicex.call("GET", `/servicex/transformation/${id}/cancel`);
  expect(body.message).toBe(`Canceled transformation request ${id}`);
  expect(await servicex.read(id)).toMatchObject({
    status: "Canceled",
    "finish-time": expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/),
  });
  for (const file of files) {
    const name = { "s3-object-name": `result of ${file}` };
    expect((await servicex.report(id, file, "success", name)).status).toBe(200);
  }
  await until(async () => (await servicex.read(id))["files-remaining"] === 0);
  expect((await servicex.read(id)).status).toBe("Canceled");
  expect((await servicex.call("POST", `/servicex/transformation/${id}/cancel`)).body.message).toBe(
    `Transform request with id ${id} is not in progress.`,
  );
});

test("defect 7: neither a late start nor a fatal word opens or ends a finished request again", async () => {
  const { id, files } = await running(1);
  await servicex.succeed(id, files[0] ?? 0);
  await servicex.reached(id, "Complete");
  expect((await servicex.call("POST", `${internal}/${id}/start`)).status).toBe(200);
  await servicex.call("POST", `${internal}/${id}/status`, {
    source: "finder",
    severity: "fatal",
    info: "late",
  });
  expect((await servicex.read(id)).status).toBe("Complete");
});

test("a canceled request tells a finder of 2022 not to start", async () => {
  const { id } = await running(1);
  await servicex.call("POST", `/servicex/transformation/${id}/cancel`);
  expect(await servicex.call("POST", `${internal}/${id}/start`)).toMatchObject({
    status: 409,
    body: { message: "Transform request canceled by user." },
  });
});

test("a success whose object is not in the bucket does not count, and counts once it is there", async () => {
  const { id, files } = await running(1);
  const [file = 0] = files;
  await servicex.report(id, file, "success", { "s3-object-name": "later" });
  expect((await servicex.read(id))["files-completed"]).toBe(0);
  await servicex.store(id, "later", "12345");
  await servicex.report(id, file, "success", { "s3-object-name": "later" });
  await servicex.reached(id, "Complete");
  const { body } = await servicex.call("GET", `/servicex/transformation/${id}/results`);
  expect(body.results).toMatchObject([
    { "s3-object-name": "later", "total-bytes": 5, "file-id": file, transform_status: "success" },
  ]);
});

test("an object is found by the name that the sidecar makes of the path, also of a long one and behind a cache", async () => {
  const { id, files } = await running(3);
  const [plain = 0, long = 0, cached = 0] = files;
  await servicex.store(id, "root:::host::a.root.parquet");
  await servicex.report(id, plain, "success", { "file-path": "root://host//a.root" });
  const longPath = `root://host//${"p".repeat(400)}.root`;
  const flat = `${longPath.replaceAll("/", ":")}.parquet`;
  await servicex.store(id, `_${createHash("sha1").update(flat).digest("hex")}${flat.slice(-214)}`);
  await servicex.report(id, long, "success", { "file-path": longPath });
  const { body } = await servicex.call<{ files: { id: number; paths: string }[] }>(
    "GET",
    `/servicex/datasets/${(await servicex.read(id)).did_id}`,
  );
  const path = body.files.find((one) => one.id === cached)?.paths ?? "";
  await servicex.store(id, `${path.replaceAll("/", ":")}.parquet`);
  await servicex.report(id, cached, "success", { "file-path": `root://cache//${path}` });
  expect((await servicex.reached(id, "Complete"))["files-completed"]).toBe(3);
});

test("one object for a file that was listed twice is two results with names of their own", async () => {
  const id = await servicex.submit({ "file-list": ["root://host//same", "root://host//same"] });
  await servicex.reached(id, "Running", 2);
  await servicex.store(id, "root:::host::same.parquet");
  for (const file of await servicex.files(id))
    await servicex.report(id, file, "success", { "file-path": "root://host//same" });
  expect((await servicex.reached(id, "Complete"))["files-completed"]).toBe(2);
  const { body } = await servicex.call("GET", `/servicex/transformation/${id}/results`);
  expect(new Set(body.results.map((one) => one["s3-object-name"])).size).toBe(2);
});

test("a report at the address of an attempt counts for that attempt alone", async () => {
  const { id, files } = await running(1, "noop");
  const [file = 0] = files;
  const claim = async () => {
    const { body } = await servicex.call("POST", "/v1/work/claim", {
      worker: "w",
      request: id,
      max: 1,
      wait_seconds: 20,
    });
    return body.tasks[0]?.attempt ?? 0;
  };
  const first = await claim();
  const path = (attempt: number) => {
    const token = servicex.token({ request: id, step: 1, file, attempt });
    return `/servicex/internal/w/${token}/transformation/${id}/file-complete`;
  };
  // The first worker falls silent, and a second one has the file.
  const second = await claim();
  expect(second).toBeGreaterThan(first);
  const failure = { "file-id": file, status: "failure", "file-path": "x" };
  expect((await servicex.call("PUT", path(first), failure)).text).toMatch("Ignoring");
  expect((await servicex.read(id))["files-failed"]).toBe(0);
  expect(
    (await servicex.call("PUT", `${path(second)}`, { ...failure, "file-id": file + 1 })).status,
  ).toBe(403);
  expect((await servicex.call("PUT", path(second).replace("/w/", "/w/A"), failure)).status).toBe(
    401,
  );
  expect(
    (await servicex.call("PUT", path(second), { ...failure, status: "success" })).text,
  ).toMatch("Ok");
  expect((await servicex.reached(id, "Complete"))["files-completed"]).toBe(1);
  expect(servicex.service.stderr()).not.toMatch(
    servicex.token({ request: id, step: 1, file, attempt: second }),
  );
});

test("a note of an attempt that is over reaches nobody", async () => {
  const { id, files } = await running(1, "noop");
  const [file = 0] = files;
  const claim = async () => {
    const wanted = { worker: "w", request: id, max: 1, wait_seconds: 20 };
    return (await servicex.call("POST", "/v1/work/claim", wanted)).body.tasks[0]?.attempt ?? 0;
  };
  const [first, second] = [await claim(), await claim()];
  const path = (attempt: number, end: string) => {
    const token = servicex.token({ request: id, step: 1, file, attempt });
    return `/servicex/internal/w/${token}/transformation/${id}/${end}`;
  };
  const note = async (attempt: number, info: string) => {
    const body = { "status-code": "failure", "pod-name": "pod", info };
    return (await servicex.call("POST", path(attempt, `${file}/status`), body)).text;
  };
  expect(await note(second, "the branch is missing")).toBe('"Ok"');
  expect(await note(first, "late")).toBe('"Ignoring duplicate result report"');
  const failure = { "file-id": file, status: "failure", "file-path": "x" };
  await servicex.call("PUT", path(second, "file-complete"), failure);
  await servicex.reached(id, "Complete");
  const { body } = await servicex.call("GET", `/servicex/transformation/${id}/errors`);
  expect(body.errors.map(({ info }) => info)).toEqual(["the branch is missing"]);
});

test("defect 48: the reason that a worker gives for a failed file reaches its user", async () => {
  const { id, files } = await running(2);
  const [told = 0, silent = 0] = files;
  const said = {
    timestamp: "2026-01-01T00:00:00.000",
    "status-code": "failure",
    "pod-name": "pod-1",
    info: "branch MissingET not found\nTraceback",
  };
  expect(
    (await servicex.call("POST", `${internal}/${id}/${told}/status`, new URLSearchParams(said)))
      .text,
  ).toBe('"Ok"');
  expect(await servicex.read(id)).toMatchObject({ "files-failed": 0, status: "Running" });
  await servicex.report(id, told, "failure");
  await servicex.report(id, silent, "failure");
  await servicex.reached(id, "Complete");
  const { body } = await servicex.call("GET", `/servicex/transformation/${id}/errors`);
  expect(body.errors.map((one) => one.info)).toEqual([
    expect.stringMatching("branch MissingET"),
    "The worker reported a failure and gave no reason.",
  ]);
  expect(body.errors[0]).toMatchObject({ "pod-name": "node7", events: null });
});

test("defect 22: a failed file is listed once, under its own name", async () => {
  const { id, files } = await running(5);
  for (const file of files.slice(0, 3)) await servicex.succeed(id, file);
  for (const file of files.slice(3)) await servicex.report(id, file, "failure");
  await servicex.reached(id, "Complete");
  const { body } = await servicex.call("GET", `/servicex/transformation/${id}/errors`);
  expect(body.errors.map((one) => one.file)).toEqual(
    [3, 4].map((index) => `root://host//${lists}/${index}.root`),
  );
});

test("defect 20: details name the file itself, come when asked for, and missing measures spoil nothing", async () => {
  const { id, files } = await running(3);
  const [first = 0, second = 0, third = 0] = files;
  await servicex.store(id, "a", "1234");
  await servicex.report(id, first, "success", {
    "s3-object-name": "a",
    "total-time": null,
    "total-events": null,
    "avg-rate": null,
  });
  await servicex.succeed(id, second);
  await servicex.report(id, third, "failure");
  await servicex.reached(id, "Complete");
  const details = async (value: string) =>
    (await servicex.call("GET", `/servicex/transformation/${id}/status?details=${value}`)).body;
  for (const no of ["false", "0", ""]) expect((await details(no)).details).toBeUndefined();
  const said = await details("true");
  expect(said.details.map((one) => [one["file-id"], one.transform_status])).toEqual([
    [second, "success"],
    [first, "success"],
    [third, "failure"],
  ]);
  expect(said.stats).toMatchObject({ "total-events": 10, "total-bytes": 10 });
});

test("two hundred reports, each by a connection of its own and each twice, are counted once each", async () => {
  const { id, files } = await running(200, "noop");
  await onNewConnections(
    servicex.service.url,
    `${internal}/${id}/file-complete`,
    [...files, ...files],
    50,
  );
  expect(await servicex.reached(id, "Complete")).toMatchObject({
    "files-completed": 200,
    "files-remaining": 0,
  });
});
