// When the keys of a request end, over HTTP: the S3 endpoint by both signatures, and signed URLs.

import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { type Listening, listen } from "../../src/http/listen.ts";
import type { Task } from "../../src/operations/contract.ts";
import type { KeyKind } from "../../src/requests/keys/keys.ts";
import { keyGeneration, keyProblem } from "../../src/requests/keys/keys.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { resultBuckets } from "../../src/requests/read/result-bucket.ts";
import { makeS3App, makeS3Server } from "../../src/s3/app.ts";
import { type Credentials, requestCredentials } from "../../src/s3/credentials.ts";
import { type Api, openApi } from "../support/api.ts";
import { sign } from "./sign.ts";

const owner = "maria";
const step = {
  operation: "transform",
  settings: { generator: "sql", selection: "select 1 from input", format: "csv" },
};
let api: Api;
let s3: Listening;

beforeAll(async () => {
  api = await openApi();
  const { ctx } = api.ledger;
  await ctx.db.query(`INSERT INTO users (id) VALUES ($1)`, [owner]);
  const app = makeS3App({
    store: ctx.store,
    rootKeys: ctx.verifyingKeys,
    results: resultBuckets(ctx),
    keyProblem: (key) => keyProblem(ctx, key),
    log: ctx.log,
    uploadLimitBytes: 1000,
  });
  s3 = await listen("127.0.0.1", 0, "S3_PORT", makeS3Server(app));
});
afterAll(async () => {
  await s3.close(1);
  await api.close();
});

interface Running {
  request: string;
  task: Task;
}

async function running(): Promise<Running> {
  const { request } = await submit(
    api.ledger.ctx,
    { kind: "user", owner },
    {
      dataset: { files: ["/a/one.csv"] },
      steps: [step],
    },
  );
  const [task] = (await api.ledger.claim(1, { request: request.id })) as [Task];
  return { request: request.id, task };
}

async function finished(): Promise<{ request: string; name: string }> {
  const { request, task } = await running();
  const name = task.upload?.name ?? "";
  await api.ledger.ctx.store.put(request, name, Buffer.from("1234"));
  await api.ledger.report(task, "success", { results: [{ name, size: 4 }] });
  await api.ledger.ended(request);
  return { request, name };
}

async function keyOf(request: string, kind: KeyKind): Promise<Credentials> {
  const { ctx } = api.ledger;
  return requestCredentials(ctx.signingKey, request, kind, await keyGeneration(ctx, request, kind));
}

async function answerOf(response: Response): Promise<string> {
  const code = /<Code>(\w+)</.exec(await response.text())?.[1];
  return `${response.status}${code ? ` ${code}` : ""}`;
}

async function byV4(keys: Credentials, method: string, path: string, body?: string) {
  const given = { host: new URL(s3.url).host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const { headers } = sign(keys, method, path, given);
  return answerOf(await fetch(s3.url + path, { method, headers, ...(body && { body }) }));
}

async function byV2({ accessKey, secretKey }: Credentials, path: string) {
  const expires = Math.floor(Date.now() / 1000) + 600;
  const text = `GET\n\n\n${expires}\n${path}`;
  const signature = createHmac("sha1", secretKey).update(text).digest("base64");
  const query = new URLSearchParams({
    AWSAccessKeyId: accessKey,
    Expires: String(expires),
    Signature: signature,
  });
  return answerOf(await fetch(`${s3.url}${path}?${query}`));
}

async function signedUrl(verb: "GET" | "PUT", request: string, name: string) {
  const url = await api.ledger.ctx.store.signedUrl(verb, request, name, 600, "public");
  const { pathname, search } = new URL(url);
  const path = pathname + search;
  return (await api.call({ method: verb, path, ...(verb === "PUT" && { body: "ab" }) })).status;
}

/** What each way of reading a result answers. */
async function reads(keys: Credentials, { request, name }: { request: string; name: string }) {
  const path = `/${request}/${name}`;
  return [
    await byV4(keys, "GET", path),
    await byV2(keys, path),
    await signedUrl("GET", request, name),
  ];
}

test("a write key ends with its request, and is valid again in the next round", async () => {
  const { request, task } = await running();
  const keys = await keyOf(request, "write");
  const path = `/${request}/object`;
  expect(await byV4(keys, "PUT", path, "ab")).toBe("200");
  expect(await byV2(keys, path)).toBe("200");
  expect(await signedUrl("PUT", request, "other")).toBe(200);

  const error = { class: "bad_input", message: "odd" };
  await api.ledger.report(task, "failure", { error });
  await api.ledger.ended(request);
  expect(await byV4(keys, "PUT", path, "ab")).toBe("403 AccessDenied");
  expect(await byV4(keys, "GET", path)).toBe("403 AccessDenied");
  expect(await byV2(keys, path)).toBe("403 AccessDenied");
  expect(await byV4(keys, "GET", "/")).toBe("403 AccessDenied");
  expect(await signedUrl("PUT", request, "other")).toBe(409);

  expect((await api.post(`/v1/requests/${request}/redrive`, {})).status).toBe(200);
  expect(await byV4(keys, "PUT", path, "ab")).toBe("200");
  await cancel(api.ledger.ctx, request, local);
  await api.ledger.ended(request);
  expect(await byV4(keys, "PUT", path, "ab")).toBe("403 AccessDenied");
});

test("a read key ends when its request is deleted", async () => {
  const result = await finished();
  const keys = await keyOf(result.request, "read");
  expect(await reads(keys, result)).toEqual(["200", "200", 200]);
  await api.call({ method: "DELETE", path: `/v1/requests/${result.request}` });
  expect(await reads(keys, result)).toEqual(["404 NoSuchBucket", "404 NoSuchBucket", 404]);
});

test("a read key ends when the results expire", async () => {
  const result = await finished();
  const keys = await keyOf(result.request, "read");
  await api.ledger.ctx.db.query(`UPDATE requests SET results_deleted_at = now() WHERE id = $1`, [
    result.request,
  ]);
  expect(await reads(keys, result)).toEqual(["403 AccessDenied", "403 AccessDenied", 410]);
});

test("a read key does not work while its owner is suspended; a worker's URL does", async () => {
  const result = await finished();
  const keys = await keyOf(result.request, "read");
  const { db, store } = api.ledger.ctx;
  await db.query(`UPDATE users SET suspended_at = now() WHERE id = $1`, [owner]);
  expect(await reads(keys, result)).toEqual(["403 AccessDenied", "403 AccessDenied", 403]);
  const url = new URL(await store.signedUrl("GET", result.request, result.name, 60, "internal"));
  expect((await api.get(url.pathname + url.search)).status).toBe(200);
  url.searchParams.delete("for");
  expect((await api.get(url.pathname + url.search)).json().type).toContain("bad_signature");

  await db.query(`UPDATE users SET suspended_at = NULL WHERE id = $1`, [owner]);
  expect(await reads(keys, result)).toEqual(["200", "200", 200]);
});

test("revoked keys end at once, each kind for itself, and later keys are valid", async () => {
  const { request } = await running();
  const read = await keyOf(request, "read");
  const write = await keyOf(request, "write");
  const list = `/${request}`;
  const revoke = async (body: object) =>
    (await api.post(`/v1/requests/${request}/revoke-keys`, body)).status;

  expect(await revoke({ kinds: ["read"] })).toBe(204);
  expect(await byV4(read, "GET", list)).toBe("403 InvalidAccessKeyId");
  expect(await byV2(read, list)).toBe("403 InvalidAccessKeyId");
  expect(await byV4(write, "GET", list)).toBe("200");
  const newer = await keyOf(request, "read");
  expect(await byV4(newer, "GET", list)).toBe("200");
  expect(await byV2(newer, list)).toBe("200");

  expect(await revoke({})).toBe(204);
  for (const keys of [read, write, newer])
    expect(await byV4(keys, "GET", list)).toBe("403 InvalidAccessKeyId");
  for (const kind of ["read", "write"] as const)
    expect(await byV4(await keyOf(request, kind), "GET", list)).toBe("200");

  expect(await revoke({ kinds: ["other"] })).toBe(400);
  const missing = "/v1/requests/7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11/revoke-keys";
  expect((await api.post(missing, {})).status).toBe(404);
});

test("nobody makes a newer key from an older one", async () => {
  const { request } = await running();
  const { accessKey, secretKey } = await keyOf(request, "read");
  const path = `/${request}`;
  expect(await byV4({ accessKey: `${accessKey}G1`, secretKey }, "GET", path)).toBe(
    "403 SignatureDoesNotMatch",
  );
  for (const suffix of ["G0", "G", "G01", "g1", "G1234567890"])
    expect(await byV4({ accessKey: accessKey + suffix, secretKey }, "GET", path)).toBe(
      "403 InvalidAccessKeyId",
    );
});
