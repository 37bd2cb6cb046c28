import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

let api: Api;

beforeAll(async () => {
  api = await openApi();
});

afterAll(() => api.close());

const noop = (files = 1) => ({
  dataset: { files: Array.from({ length: files }, (_, at) => `/data/${at}`) },
  steps: [{ operation: "noop" }],
});

test("a request is answered where it can be found, with its counters and links", async () => {
  const submitted = await api.post("/v1/requests", {
    ...noop(2),
    title: "Two files",
    deadline_seconds: 3600,
    workers: 3,
  });
  expect(submitted.status).toBe(201);
  const found = await api.get(submitted.headers.location ?? "");
  expect(found.json()).toMatchObject({
    id: submitted.json().id,
    title: "Two files",
    owner: "local",
    workers: 3,
    steps: [{ step: 1, operation: "noop", settings: {} }],
    links: { self: submitted.headers.location },
  });
  expect(found.json()).not.toHaveProperty("facade");
});

test("the same idempotency key gives the same request, whatever the order of the body's keys; another body is refused", async () => {
  const key = { "idempotency-key": "once" };
  const first = await api.post("/v1/requests", { title: "a", ...noop() }, key);
  const again = await api.post("/v1/requests", { ...noop(), title: "a" }, key);
  const other = await api.post("/v1/requests", { ...noop(), title: "b" }, key);
  expect([first.status, again.status, other.status]).toEqual([201, 200, 422]);
  expect(again.json().id).toBe(first.json().id);
});

test("of a hundred calls at once with one key, one makes the request", async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      api.post("/v1/requests", noop(), { "idempotency-key": "many" }),
    ),
  );
  expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
});

test("pages follow each other without a gap or a repetition", async () => {
  const ids: unknown[] = [];
  for (let path = "/v1/requests?limit=2"; path !== ""; ) {
    const page = (await api.get(path)).json() as { items: { id: string }[]; next: string | null };
    ids.push(...page.items.map((item) => item.id));
    path = page.next === null ? "" : `/v1/requests?limit=2&cursor=${page.next}`;
  }
  expect(ids.length).toBeGreaterThanOrEqual(3);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a list has the steps of its requests without their settings, which one request has", async () => {
  const { id } = (await api.post("/v1/requests", noop())).json();
  const { items } = (await api.get("/v1/requests?limit=200")).json() as { items: Listed[] };
  const listed = items.find((item) => item.id === id);
  const { steps } = (await api.get(`/v1/requests/${id}`)).json() as unknown as Listed;
  expect(listed?.steps[0]).toMatchObject({ step: 1, operation: "noop", total: expect.any(Number) });
  expect(listed?.steps[0]).not.toHaveProperty("settings");
  expect(steps[0]).toHaveProperty("settings", {});
});

interface Listed {
  id: string;
  steps: Record<string, unknown>[];
}

test("a cancel is 200 again for a canceled request, and 409 for one that ended otherwise", async () => {
  const { ledger } = api;
  const id = await ledger.submit(3);
  expect((await api.post(`/v1/requests/${id}/cancel`, {})).json().state).toBe("canceling");
  await ledger.ended(id);
  const again = await api.call({ method: "POST", path: `/v1/requests/${id}/cancel` });
  expect([again.status, again.json().state]).toEqual([200, "canceled"]);

  const done = await ledger.submit(0);
  await ledger.ended(done);
  expect((await api.post(`/v1/requests/${done}/cancel`, {})).status).toBe(409);
});

test("failed files are grouped, tried again in a second round, and the request deleted in the end", async () => {
  const { ledger } = api;
  const id = await ledger.submit(2);
  const tasks: Awaited<ReturnType<typeof ledger.claim>> = [];
  while (tasks.length < 2) tasks.push(...(await ledger.claim(2, { request: id })));
  for (const task of tasks)
    await ledger.report(task, "failure", {
      error: { class: "bad_input", message: `file ${task.file} is broken` },
    });
  await ledger.ended(id);
  const groups = (await api.get(`/v1/requests/${id}/errors`)).json() as {
    items: { fingerprint: string; count: number }[];
  };
  expect(groups).toMatchObject({ items: [{ class: "bad_input", count: 2, share: 1 }], next: null });

  const unknown = await api.post(`/v1/requests/${id}/redrive`, { errors: ["no such group"] });
  expect(unknown.status).toBe(409);
  const again = await api.post(`/v1/requests/${id}/redrive`, {
    errors: [groups.items[0]?.fingerprint],
  });
  expect(again.json()).toMatchObject({
    state: "running",
    round: 2,
    redriven: 2,
    counters: { failed: 0 },
  });
  expect((await api.call({ method: "DELETE", path: `/v1/requests/${id}` })).status).toBe(409);

  await api.post(`/v1/requests/${id}/cancel`, {});
  await ledger.ended(id);
  expect((await api.post(`/v1/requests/${id}/redrive`, {})).status).toBe(409);
  expect((await api.call({ method: "DELETE", path: `/v1/requests/${id}` })).status).toBe(204);
  expect((await api.get(`/v1/requests/${id}`)).status).toBe(404);
});

test("a dataset that is forgotten is one of the past", async () => {
  const id = await api.ledger.submit(1);
  const { dataset } = await api.ledger.read(id);
  const path = `/v1/datasets/${dataset.id}`;
  expect((await api.get(`${path}/files`)).json()).toMatchObject({
    items: [{ paths: ["/data/0.parquet"] }],
    next: null,
  });
  for (const _ of ["once", "twice"])
    expect((await api.call({ method: "DELETE", path })).json()).toMatchObject({
      id: dataset.id,
      state: "stale",
    });
  const shown = (await api.get("/v1/datasets?past=true")).json() as { items: { id: string }[] };
  expect(shown.items.map((one) => one.id)).toContain(dataset.id);
});

test("events tell counters and state until the end, then nothing", async () => {
  const { ledger } = api;
  const id = await ledger.submit(4);
  const stream = openEvents(`/v1/requests/${id}/events`);
  await until(() => stream.text().includes("event: progress"));
  const tasks: Awaited<ReturnType<typeof ledger.claim>> = [];
  while (tasks.length < 4) tasks.push(...(await ledger.claim(4, { request: id })));
  for (const task of tasks) await ledger.report(task, "success");
  await stream.ended;
  const events = stream.text().trim().split("\n\n");
  expect(events.at(-1)).toMatch(
    /^id: 1\.complete\.0\.0\.0\.4\.0\.0\nevent: state\ndata: {"state":"complete"/,
  );
  expect(stream.text()).toContain('"done":4');

  const last = { "last-event-id": "1.complete.0.0.0.4.0.0" };
  expect((await api.get(`/v1/requests/${id}/events`, last)).status).toBe(204);
  const missed = await api.get(`/v1/requests/${id}/events`, {
    "last-event-id": "1.running.0.2.0.2.0.0",
  });
  expect(missed.text).toContain("event: state");
});

test("a worker that waits for work gets it as soon as there is some", async () => {
  const quiet = await openApi();
  const waiting = quiet.post("/v1/work/claim", {
    worker: "patient",
    operations: ["noop"],
    wait_seconds: 20,
  });
  const id = await quiet.ledger.submit(1);
  const { tasks } = (await waiting).json() as { tasks: { request: string }[] };
  expect(tasks.map((task) => task.request)).toEqual([id]);
  await quiet.close();
});

test("metrics count calls by route, never by id", async () => {
  const body = { worker: "w-metrics", operations: ["noop"], max: 1, wait_seconds: 0 };
  expect((await api.post("/v1/work/claim", body)).status).toBe(200);
  const { text } = await api.get("/metrics");
  expect(text).toContain('route="/v1/requests/{id}"');
  expect(text).toContain(
    'longshore_http_seconds_bucket{le="0.005",method="POST",route="/v1/work/claim",status="200"}',
  );
  expect(text).not.toMatch(/route="[^"]*[0-9a-f]{8}-/);
});

test("it is ready while database, queue and store answer", async () => {
  expect((await api.get("/readyz")).json()).toEqual({ status: "ready", missing: {}, warnings: {} });
});

function openEvents(path: string): { text(): string; ended: Promise<void> } {
  let text = "";
  const { hostname, port } = new URL(api.url);
  const ended = new Promise<void>((resolve, reject) => {
    const asked = request({ hostname, port, path, agent: false }, (response) => {
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", resolve);
    });
    asked.on("error", reject).end();
  });
  return { text: () => text, ended };
}
