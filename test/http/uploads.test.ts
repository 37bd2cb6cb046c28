import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const step = {
  operation: "transform",
  settings: { generator: "sql", selection: "select 1 from input", format: "parquet" },
};

function put(task: Task, body: string): Promise<Answer> {
  const { pathname, search } = new URL(task.upload?.url ?? "");
  return api.call({ method: "PUT", path: pathname + search, body });
}

test("an upload URL that is still good changes nothing once the result is recorded, in whatever step", async () => {
  const submitted = await submit(api.ledger.ctx, local, {
    dataset: { files: ["/a/one.csv", "/a/two.csv"] },
    steps: [step, step],
  });
  const request = submitted.request.id;
  // Not reported until the end, so that the request stays open
  const [first, unfinished] = (await api.ledger.claim(2, { request })) as [Task, Task];
  for (const number of [1, 2]) {
    const task = number === 1 ? first : ((await api.ledger.claim(1, { request })) as [Task])[0];
    const name = task.upload?.name ?? "";
    expect((await put(task, "12345")).status).toBe(200);
    expect(await api.ledger.report(task, "success", { results: [{ name, size: 5 }] })).toBe(
      "recorded",
    );
    const late = await put(task, "other");
    expect([late.status, late.json().detail]).toEqual([
      409,
      `${JSON.stringify(name)} is already stored and stays as it is. Store other content under ` +
        "another name.",
    ]);
  }
  const error = { class: "bad_input", message: "broken" } as const;
  expect(await api.ledger.report(unfinished, "failure", { error })).toBe("recorded");
  expect((await api.ledger.ended(request)).counters).toMatchObject({ done: 1, failed: 1 });
});

test("the same upload again is fine, and a recorded result that the store lost is not made again", async () => {
  const submitted = await submit(api.ledger.ctx, local, {
    dataset: { files: ["/a/one.csv", "/a/two.csv"] },
    steps: [step],
  });
  const request = submitted.request.id;
  const [task] = (await api.ledger.claim(1, { request })) as [Task];
  const name = task.upload?.name ?? "";
  for (const _ of [1, 2]) {
    const { status, json } = await put(task, "12345");
    expect([status, json()]).toMatchObject([200, { size: 5 }]);
  }
  const results = [{ name, size: 5 }];
  expect(await api.ledger.report(task, "success", { results })).toBe("recorded");
  expect((await put(task, "12345")).status).toBe(200);
  await api.ledger.ctx.store.remove(request, [name]);
  expect((await put(task, "other")).status).toBe(409);
  expect(await api.ledger.ctx.store.head(request, name)).toBeUndefined();
});

test("an upload whose request is deleted before its last byte is refused and leaves nothing", async () => {
  const { ctx } = api.ledger;
  const submitted = await submit(ctx, local, {
    dataset: { files: ["/a/late.csv"] },
    steps: [step],
  });
  const id = submitted.request.id;
  const [task] = (await api.ledger.claim(1, { request: id })) as [Task];
  const { pathname, search } = new URL(task.upload?.url ?? "");
  const upload = httpRequest(new URL(pathname + search, api.url), {
    method: "PUT",
    headers: { "content-length": 4 },
  });
  const answered = once(upload, "response") as Promise<[IncomingMessage]>;
  upload.write("12");
  const drafts = join(ctx.config.dataDir, "store", ".tmp");
  await until(async () => (await readdir(drafts)).length > 0);
  await cancel(ctx, id, local);
  await api.ledger.ended(id);
  expect((await api.call({ method: "DELETE", path: `/v1/requests/${id}` })).status).toBe(204);
  upload.end("34");
  const [response] = await answered;
  expect(response.statusCode).toBe(404);
  response.resume();
  await until(async () => (await readdir(drafts)).length === 0);
  expect(await ctx.store.buckets()).not.toContain(id);
});
