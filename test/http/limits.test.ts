import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import type { RequestError } from "../../src/errors.ts";
import { limitOperation, readLimits, shareOfUser } from "../../src/shares/limits.ts";
import { type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ env: { OPERATIONS: "noop" } });
});
afterAll(() => api.close());

const put = (path: string, body: unknown) =>
  api.call({
    method: "PUT",
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

interface Limits {
  operations: { operation: string; slots: number | null; slots_per_user: number | null }[];
  users: { owner: string; share: number; running: number }[];
}
const limits = async () => (await api.get("/v1/limits")).json() as unknown as Limits;

test("limits are set, read and removed", async () => {
  const set = await put("/v1/limits/operations/noop", { slots: 40, slots_per_user: 3 });
  expect(set.status).toBe(200);
  expect((await limits()).operations).toEqual([
    expect.objectContaining({ operation: "noop", slots: 40, slots_per_user: 3, running: 0 }),
  ]);
  await put("/v1/limits/operations/noop", { slots_per_user: 3 });
  expect((await limits()).operations[0]).toMatchObject({ slots: null, slots_per_user: 3 });
  await put("/v1/limits/operations/noop", {});
  expect((await limits()).operations[0]).toMatchObject({ slots: null, slots_per_user: null });
});

test("a share is set, and 1 is none", async () => {
  await put("/v1/limits/users/ann%40example.org", { share: 2.5 });
  expect((await limits()).users).toEqual([
    { owner: "ann@example.org", share: 2.5, waiting: 0, queued: 0, running: 0 },
  ]);
  await put("/v1/limits/users/ann%40example.org", { share: 1 });
  expect((await limits()).users).toEqual([]);
});

test.each([
  [{ kind: "admin", owner: "root" }, "allowed", "allowed"],
  [{ kind: "operator", name: "ops" }, "allowed", 403],
  [{ kind: "user", owner: "ann" }, 403, 403],
  [{ kind: "key", owner: "ann" }, 403, 403],
  [{ kind: "peer", name: "peer" }, 403, 403],
  [{ kind: "worker", scope: {} }, 403, 403],
  [{ kind: "anonymous" }, 401, 401],
] as [Caller, Outcome, Outcome][])(
  "%j reads limits: %s, changes them: %s",
  async (caller, read, change) => {
    const { ctx } = api.ledger;
    expect(await outcomeOf(readLimits(ctx, caller))).toBe(read);
    const noLimits = { slots: null, slotsPerUser: null };
    expect(await outcomeOf(limitOperation(ctx, caller, "noop", noLimits))).toBe(change);
    expect(await outcomeOf(shareOfUser(ctx, caller, "ann", 1))).toBe(change);
  },
);

type Outcome = "allowed" | number;

function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  return call.then(
    () => "allowed" as const,
    ({ status }: RequestError) => status,
  );
}

test("what cannot be a limit is refused with its place", async () => {
  for (const [path, body, pointer] of [
    ["/v1/limits/operations/noop", { slots: -1 }, "/slots"],
    ["/v1/limits/operations/noop", { slots_per_user: 1.5 }, "/slots_per_user"],
    ["/v1/limits/operations/noop", { slot: 1 }, "/slot"],
    ["/v1/limits/users/ann", { share: 0 }, "/share"],
    ["/v1/limits/users/ann", {}, "/share"],
  ] as const) {
    const answer = await put(path, body);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json().errors).toEqual([expect.objectContaining({ pointer })]);
  }
  expect((await put("/v1/limits/operations/nothing", { slots: 1 })).status).toBe(404);
  expect((await put("/v1/limits/users/%00", { share: 2 })).status).toBe(404);
});

test("a request says which limit holds it back, and its place in line", async () => {
  await put("/v1/limits/operations/noop", { slots_per_user: 3 });
  const body = { dataset: { files: ["1", "2", "3", "4", "5"] }, steps: [{ operation: "noop" }] };
  const { id } = (await api.post("/v1/requests", body)).json() as { id: string };
  const other = (await api.post("/v1/requests", { ...body, priority: -1 })).json();
  expect(other).toMatchObject({ priority: -1 });
  const tasks = await api.ledger.claim(10, { request: id });
  expect(tasks).toHaveLength(3);
  expect((await api.get(`/v1/requests/${id}`)).json().waiting).toMatchObject({
    reason: "limit",
    sentence: "3 files are with workers now, 2 to come; 3 running of your limit of 3 for noop.",
    place: { users_before: 0, requests_before: 0 },
  });
  const waiting = await until(async () => {
    const view = (await api.get(`/v1/requests/${other.id}`)).json();
    const { place } = view.waiting as { place: unknown };
    return place ? view.waiting : undefined;
  });
  expect(waiting).toMatchObject({
    reason: "limit",
    sentence:
      "5 files are ready; 3 running of your limit of 3 for noop. Before it: 1 request of yours.",
    place: { users_before: 0, requests_before: 1 },
  });
  expect((await limits()).users).toMatchObject([{ owner: "local", running: 3 }]);
});
