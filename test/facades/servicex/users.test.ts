// What a ServiceX user meets: words, limits, lists, refusals.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { type Answer, type ServiceX, startServiceX } from "./servicex.ts";

let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX({ LEASE_SECONDS: "2" });
});
afterAll(async () => {
  expect(await servicex.violations()).toEqual([]);
  await servicex.remove();
});

const submission = {
  selection: "select 1 as one from input",
  "result-destination": "object-store",
  "result-format": "parquet",
};
const post = (body: unknown, headers?: Record<string, string>) =>
  servicex.call("POST", "/servicex/transformation", body, headers);

test("defect 55: everything that today's client asks for is there", async () => {
  const { body: info } = await servicex.call<{
    capabilities: string[];
    "code-gen-image": Record<string, string>;
  }>("GET", "//servicex");
  expect(info.capabilities).toEqual([
    "poll_local_transformation_results",
    "long_sample_titles_10240",
    "post_cancel_transform",
  ]);
  expect(info["code-gen-image"].sql).toMatch(/^longshore\/sql:/);
  expect(
    Object.keys((await servicex.call<object>("GET", "/multiple-codegen-list")).body),
  ).toContain("sql");
  const id = await servicex.submit({
    "file-list": ["a"],
    title: "t".repeat(10_240),
    "client-version": "3.3.1",
    unknown: { key: 1 },
  });
  const one = await servicex.reached(id, "Running", 1);
  expect(one).toMatchObject({
    request_id: id,
    title: "t".repeat(10_240),
    did_id: expect.any(Number),
    selection: expect.any(String),
    "minio-secured": false,
  });
  for (const field of [
    "image",
    "generated-code-cm",
    "app-version",
    "result-format",
    "result-destination",
    "did",
  ])
    expect(one).toHaveProperty(field, expect.any(String));
  expect(new URL(servicex.service.s3Url ?? "").host).toBe(
    (one as unknown as Record<string, string>)["minio-endpoint"],
  );
  await servicex.succeed(id, (await servicex.files(id))[0] ?? 0);
  const path = `/servicex/transformation/${id}`;
  const { body } = await servicex.call(
    "GET",
    `${path}/results?later_than=0001-01-01T00:00:00%2B00:00`,
  );
  expect(body.results[0]?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  await servicex.reached(id, "Complete");
  expect((await servicex.call("DELETE", path)).body.message).toBe(
    `Transform request with id ${id} has been archived.`,
  );
  expect((await servicex.call("GET", path)).body.message).toBe(
    `Transformation request not found with id: ${id}`,
  );
  expect((await servicex.call("GET", `${path}/results`)).status).toBe(404);
});

test("a request is known by its number too, wherever it is named", async () => {
  const id = await servicex.submit({ "file-list": ["numbered"] });
  const listed = (await servicex.call("GET", `/v1/requests/${id}`)).body as unknown as {
    number: number;
  };
  const path = `/servicex/transformation/${listed.number}`;
  expect((await servicex.call("GET", path)).body.request_id).toBe(id);
  expect(
    (await servicex.call<Record<string, string>>("GET", `${path}/status`)).body["request-id"],
  ).toBe(String(listed.number));
  expect((await servicex.call("POST", `${path}/cancel`)).status).toBe(200);
  expect((await servicex.call("GET", "/servicex/transformation/99999999999999999999")).status).toBe(
    404,
  );
});

test("a result that is committed late is never skipped by later_than, and one that is counted can be had", async () => {
  const id = await servicex.submit({
    "file-list": Array.from({ length: 40 }, (_, index) => `late/${index}`),
  });
  await servicex.reached(id, "Running", 40);
  const seen = new Set<string>();
  let later = "0001-01-01T00:00:00+00:00";
  const reports = Promise.all((await servicex.files(id)).map((file) => servicex.succeed(id, file)));
  await until(async () => {
    const counted = (await servicex.read(id))["files-completed"];
    const { body } = await servicex.call(
      "GET",
      `/servicex/transformation/${id}/results?later_than=${encodeURIComponent(later)}`,
    );
    for (const result of body.results) {
      seen.add(result["s3-object-name"]);
      if (`${result.created_at}+00:00` > later) later = `${result.created_at}+00:00`;
    }
    expect(seen.size).toBeGreaterThanOrEqual(counted);
    return seen.size === 40;
  });
  await reports;
  expect((await servicex.reached(id, "Complete"))["files-completed"]).toBe(40);
  expect(
    (await servicex.call("GET", `/servicex/transformation/${id}/results?later_than=yesterday`)).body
      .message,
  ).toBe("later_than value yesterday is not an ISO 8601 compliant datetime");
});

test("defect 16: a submit that is refused leaves nothing behind", async () => {
  const before = await Promise.all(
    ["transformation", "datasets?show-deleted=true"].map((path) =>
      servicex.call("GET", `/servicex/${path}`),
    ),
  );
  const refused = [
    { ...submission, "file-list": ["x"], selection: "selekt" },
    { ...submission, "file-list": ["x"], codegen: "uproot" },
    { ...submission, did: "nowhere://x" },
    { ...submission },
    { ...submission, did: "mock://x", "file-list": ["x"] },
    { ...submission, "file-list": ["x"], "result-format": "root-file" },
    { ...submission, "file-list": ["x"], "result-destination": "volume" },
  ];
  for (const body of refused) expect((await post(body)).status).toBe(400);
  const after = await Promise.all(
    ["transformation", "datasets?show-deleted=true"].map((path) =>
      servicex.call("GET", `/servicex/${path}`),
    ),
  );
  expect(after.map((one) => one.text)).toEqual(before.map((one) => one.text));
});

test("defect 21: a list of files has its count and its times, and the same list is the same dataset", async () => {
  const files = ["z", "a", "m"].map((name) => `root://host//${name}`);
  const [first, second, turned] = [
    await servicex.submit({ "file-list": files }),
    await servicex.submit({ "file-list": files }),
    await servicex.submit({ "file-list": files.toReversed() }),
  ];
  const { did_id: dataset, did } = await servicex.read(first);
  expect(await servicex.read(second)).toMatchObject({ did_id: dataset, did });
  expect((await servicex.read(turned)).did).not.toBe(did);
  const { body } = await servicex.call<Record<string, unknown>>(
    "GET",
    `/servicex/datasets/${dataset}`,
  );
  expect(body).toMatchObject({
    name: did,
    did_finder: "user",
    n_files: 3,
    lookup_status: "complete",
    is_stale: false,
  });
  for (const time of ["last_used", "last_updated"])
    expect(Date.now() - Date.parse(String(body[time]))).toBeLessThan(600_000);
  expect((body.files as { paths: string }[]).map((file) => file.paths)).toEqual(files);
});

test("defect 23: a comma in a path is a comma, and long names of datasets, titles and images are no faults", async () => {
  const path = "/data/run 7, part ü;1*.parquet";
  const id = await servicex.submit({
    "file-list": [path],
    title: "t".repeat(2_000),
    image: `a/${"b".repeat(500)}:c`,
  });
  await servicex.reached(id, "Running", 1);
  const { body } = await servicex.call<{ items: { paths: string[] }[] }>(
    "GET",
    `/v1/requests/${id}/files`,
  );
  expect(body.items[0]?.paths).toEqual([path]);
  expect((await post({ ...submission, did: `mock://${"d".repeat(1_500)}` })).status).toBe(200);
  expect(
    (await post({ ...submission, "file-list": ["a"], title: "t".repeat(10_241) })).body.message,
  ).toMatch(/title/);
});

test("defect 36: no refusal tells of SQL, stacks or secrets", async () => {
  const odd: unknown[] = [
    { ...submission, "file-list": ["x"], title: "nul \u0000" },
    { ...submission, "file-list": [`x\u0000`] },
    { ...submission, "file-list": "abc" },
    { ...submission, did: `mock://${"d".repeat(5_000)}` },
    { ...submission, "file-list": ["x"], workers: "many" },
    { ...submission, "file-list": [["nested"]] },
    [],
    "{",
    "nothing",
  ];
  for (const body of odd) {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).not.toMatch(
      /insert into|constraint|\bat .*\.ts|node_modules|password/i,
    );
  }
  for (const path of [
    "/servicex/transformation/%00",
    "/servicex/transformation/'; drop",
    "/servicex/datasets/99999999999999999999",
    "/servicex/transformation?submitted_by=x",
  ]) {
    const answer = await servicex.call("GET", path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body.message).toEqual(expect.any(String));
  }
});

test("defect 49: every refusal is JSON with a message and the status that it should have", async () => {
  const cases: [expected: number, Promise<Answer>][] = [
    [400, post({ ...submission, "file-list": ["x"], codegen: "nonsense" })],
    [400, post("{")],
    [415, post(new URLSearchParams({ did: "mock://x" }))],
    [404, servicex.call("GET", "/servicex/nothing/here")],
    [404, servicex.call("GET", "/servicex/transformation/nobody")],
    [405, servicex.call("DELETE", "/servicex/transformation")],
    [405, servicex.call("PATCH", "/servicex/datasets")],
    [404, servicex.call("GET", "/servicex/datasets/4711")],
    [403, servicex.call("GET", "/servicex", undefined, { origin: "http://evil.example" })],
  ];
  for (const [expected, asked] of cases) {
    const { status, headers, body } = await asked;
    expect(status).toBe(expected);
    expect(headers.get("content-type")).toMatch("application/json");
    expect(body).toEqual({ message: expect.any(String) });
  }
  const { body } = await post({ ...submission, "file-list": ["x"], codegen: "nonsense" });
  expect(body.message).toMatch(
    "Invalid Codegen Image Passed in Request: nonsense. Offered here: sql",
  );
});

test("a query that cannot work is refused at once, with DuckDB's own sentence", async () => {
  const { status, body } = await post({
    ...submission,
    "file-list": ["x"],
    selection: "select one fro input where (",
  });
  expect(status).toBe(400);
  expect(body.message).toMatch(/syntax error/);
});

test("no generator, null and default are sql; workers may be digits in a text", async () => {
  for (const codegen of [undefined, null, "default", "sql"]) {
    const id = await servicex.submit({
      "file-list": ["x"],
      codegen,
      workers: "20",
      "tree-name": "events",
    });
    expect(await servicex.read(id)).toMatchObject({
      image: expect.stringMatching("longshore/sql"),
      workers: 20,
      "tree-name": "events",
    });
  }
});

test("defect 47: files whose worker stopped responding are given to another, and the request ends", async () => {
  const id = await servicex.submit({ "file-list": ["1", "2", "3"], codegen: "noop" });
  const claim = () =>
    servicex.call("POST", "/v1/work/claim", {
      worker: "silent",
      request: id,
      max: 3,
      wait_seconds: 20,
    });
  await until(async () => (await claim()).body.tasks.length > 0);
  const taken = await until(async () =>
    (await claim()).body.tasks.find((task) => task.attempt > 1),
  );
  expect(taken.attempt).toBe(2);
  for (const file of await servicex.files(id)) await servicex.report(id, file, "success");
  expect((await servicex.reached(id, "Complete"))["files-completed"]).toBe(3);
});

test("defect 53: the service says that it lives, that it is ready, and how it fares", async () => {
  expect((await servicex.call("GET", "/healthz")).status).toBe(200);
  expect((await servicex.call("GET", "/readyz")).status).toBe(200);
  expect(await (await fetch(`${servicex.service.url}/metrics`)).text()).toMatch(
    /longshore_http_seconds/,
  );
});

test("a token of an old facility does no harm while identity is off", async () => {
  const { status, body } = await servicex.call("POST", "/token/refresh", undefined, {
    authorization: "Bearer old",
  });
  expect(status).toBe(200);
  const claims = JSON.parse(
    Buffer.from(body.access_token.split(".")[1] ?? "", "base64url").toString(),
  ) as { exp: number };
  expect(claims.exp * 1000 - Date.now()).toBeGreaterThan(3_600_000);
});

test("a deleted request takes its results along, also right after its cancel", async () => {
  const id = await servicex.submit({ "file-list": ["1", "2"] });
  await servicex.reached(id, "Running", 2);
  await servicex.succeed(id, (await servicex.files(id))[0] ?? 0);
  expect((await servicex.call("DELETE", `/servicex/transformation/${id}`)).body.message).toBe(
    `Transform request with id ${id} is still in progress.`,
  );
  await servicex.call("GET", `/servicex/transformation/${id}/cancel`);
  expect((await servicex.call("DELETE", `/servicex/transformation/${id}`)).status).toBe(200);
  expect(existsSync(join(servicex.service.dataDir, "store", id))).toBe(false);
});
