import { afterAll, beforeAll, expect, test } from "vitest";
import type { Route } from "../../src/http/route.ts";
import { getReceipt, getReceiptKeys } from "../../src/http/routes/receipt.ts";
import { getRequest } from "../../src/http/routes/requests.ts";
import type { Task } from "../../src/operations/contract.ts";
import { verifyReceipt } from "../../src/receipts/verify.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** The answer holds what the document says, and nothing else. */
function asDocumented(route: Route, answer: Answer): void {
  expect(answer.status, answer.text).toBe(200);
  expect(route.responses[200]?.schema?.parse(answer.json())).toEqual(answer.json());
}

test("the receipt is answered as it is documented, verified with the published keys, and stays after the request", async () => {
  const id = await api.ledger.submit(3);
  const path = `/v1/requests/${id}/receipt`;
  expect((await api.get(path)).status).toBe(409);
  const [first, ...rest] = (await api.ledger.claim(3, { request: id })) as [Task, ...Task[]];
  await api.ledger.report(first, "failure", { error: { class: "bad_input", message: "broken" } });
  for (const task of rest) await api.ledger.report(task, "success");
  await api.ledger.ended(id);

  const receipt = await api.get(path);
  asDocumented(getReceipt, receipt);
  const keys = await api.get("/.well-known/longshore-keys");
  asDocumented(getReceiptKeys, keys);
  expect(await verifyReceipt(receipt.text, keys.json())).toMatchObject({
    valid: true,
    receipt: { counters: { done: 2, failed: 1 } },
  });

  expect((await api.call({ method: "DELETE", path: `/v1/requests/${id}` })).status).toBe(204);
  expect((await api.get(`/v1/requests/${id}`)).status).toBe(404);
  expect((await api.get(path)).text).toBe(receipt.text);
  expect((await api.get("/v1/requests/7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11/receipt")).status).toBe(
    404,
  );
});

test("a request says what it waits for until it has ended", async () => {
  const id = await api.ledger.submit(1);
  const [task] = (await api.ledger.claim(1, { request: id })) as [Task];
  const open = await api.get(`/v1/requests/${id}`);
  asDocumented(getRequest, open);
  expect(open.json().waiting).toEqual({
    reason: "work",
    sentence: "1 file is with workers now.",
    eta: null,
    place: null,
  });
  await api.ledger.report(task, "success");
  await api.ledger.ended(id);
  const ended = await api.get(`/v1/requests/${id}`);
  asDocumented(getRequest, ended);
  expect(ended.json().waiting).toBeNull();
});

test("a step's retry is taken, shown, and refused with its place where it makes no sense", async () => {
  const submit = (retry: unknown) =>
    api.post("/v1/requests", { dataset: { files: [] }, steps: [{ operation: "noop", retry }] });
  const taken = await submit({ attempts: 5, classes: ["unavailable"] });
  expect(taken.status).toBe(201);
  expect(taken.json().steps).toMatchObject([
    { retry: { attempts: 5, wait_seconds: null, classes: ["unavailable"] } },
  ]);
  expect((await submit({})).json().steps).toMatchObject([{ retry: null }]);
  for (const [retry, pointer] of [
    [{ attempts: 0 }, "/steps/0/retry/attempts"],
    [{ attempts: 21 }, "/steps/0/retry/attempts"],
    [{ wait_seconds: -1 }, "/steps/0/retry/wait_seconds"],
    [{ classes: ["Not a class"] }, "/steps/0/retry/classes/0"],
    [{ tries: 3 }, "/steps/0/retry/tries"],
    [3, "/steps/0/retry"],
  ] as const) {
    const refused = await submit(retry);
    expect(refused.status).toBe(400);
    expect(refused.json().errors).toMatchObject([{ pointer }]);
  }
});
