import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, local } from "../../src/auth/caller.ts";
import { type Api, openApi } from "../support/api.ts";

const people: Record<string, Caller> = {
  ann: { kind: "user", owner: "ann" },
  bob: { kind: "user", owner: "bob" },
  root: { kind: "admin", owner: "root" },
};

let api: Api;
let request: string;

beforeAll(async () => {
  const authenticate = ({ headers }: IncomingMessage) =>
    people[String(headers["x-caller"])] ?? local;
  api = await openApi({ authenticate });
  request = await api.ledger.submit(1, { owner: "ann" });
});

afterAll(() => api.close());

const as = (name: string) => ({ "x-caller": name });
const noop = { dataset: { files: ["/b"] }, steps: [{ operation: "noop" }] };

test("somebody else's request is answered exactly as one that does not exist", async () => {
  const unknown = "11111111-1111-4111-8111-111111111111";
  for (const path of ["", "/files", "/files/1", "/results", "/errors", "/events", "/receipt"]) {
    const foreign = await api.get(`/v1/requests/${request}${path}`, as("bob"));
    const missing = await api.get(`/v1/requests/${unknown}${path}`, as("bob"));
    expect(foreign.status, path).toBe(404);
    expect(foreign.text.replaceAll(request, unknown)).toBe(missing.text);
  }
  // An id in capital letters is found, and must not be told apart either.
  const capitals = request.toUpperCase();
  expect((await api.get(`/v1/requests/${capitals}`, as("bob"))).text).toContain(capitals);
});

test("nobody changes somebody else's request", async () => {
  expect((await api.post(`/v1/requests/${request}/cancel`, {}, as("bob"))).status).toBe(404);
  const deleted = { method: "DELETE", path: `/v1/requests/${request}`, headers: as("bob") };
  expect((await api.call(deleted)).status).toBe(404);
  expect(["submitted", "running"]).toContain((await api.ledger.read(request)).state);
});

test("lists show one's own, and everything to an administrator", async () => {
  const own = await api.post("/v1/requests", noop, as("bob"));
  const ids = async (path: string, name: string) =>
    ((await api.get(path, as(name))).json().items as { id: string }[]).map(({ id }) => id);
  expect(own.json()).toMatchObject({ owner: "bob" });
  expect(await ids("/v1/requests", "bob")).toEqual([own.json().id]);
  expect(await ids("/v1/requests?owner=ann", "bob")).toEqual([]);
  expect(await ids("/v1/requests", "ann")).toEqual([request]);
  expect(await ids("/v1/requests", "root")).toEqual([own.json().id, request]);
  expect(await ids("/v1/requests?owner=ann", "root")).toEqual([request]);
});

test("a dataset is shown to those whose requests use it", async () => {
  const { dataset } = await api.ledger.read(request);
  const status = async (name: string) =>
    (await api.get(`/v1/datasets/${dataset.id}`, as(name))).status;
  expect([await status("ann"), await status("bob"), await status("root")]).toEqual([200, 404, 200]);
  const listed = async (name: string) =>
    ((await api.get("/v1/datasets?past=true", as(name))).json().items as { id: string }[]).some(
      ({ id }) => id === dataset.id,
    );
  expect([await listed("ann"), await listed("bob"), await listed("root")]).toEqual([
    true,
    false,
    true,
  ]);
  const files = `/v1/datasets/${dataset.id}/files`;
  expect((await api.get(files, as("bob"))).status).toBe(404);
});

test("two people may use the same idempotency key", async () => {
  const headers = (name: string) => ({ ...as(name), "idempotency-key": "one" });
  const first = await api.post("/v1/requests", noop, headers("ann"));
  const second = await api.post("/v1/requests", noop, headers("bob"));
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.json().id).not.toBe(second.json().id);
});

test("a receipt is its owner's after the request is deleted, also one of an earlier version", async () => {
  const { ledger } = api;
  const id = await ledger.submit(1, { owner: "ann" });
  const [task] = await ledger.claim(1, { request: id });
  if (task) await ledger.report(task, "success");
  await ledger.ended(id);
  const deleted = { method: "DELETE", path: `/v1/requests/${id}`, headers: as("ann") };
  expect((await api.call(deleted)).status).toBe(204);
  const status = async (name: string) =>
    (await api.get(`/v1/requests/${id}/receipt`, as(name))).status;
  expect([await status("ann"), await status("bob"), await status("root")]).toEqual([200, 404, 200]);
  const { query } = ledger.ctx.db;
  expect(await query("SELECT owner FROM receipts WHERE request_id = $1", [id])).toEqual([
    { owner: "ann" },
  ]);
  await query("UPDATE receipts SET owner = NULL WHERE request_id = $1", [id]);
  expect([await status("ann"), await status("bob")]).toEqual([200, 404]);
});
