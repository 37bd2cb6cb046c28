// Somebody who has the address of an upload, or a key of the S3 store, replaces a result behind the
// service: the user would download it as the recorded one.
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openDb } from "../../src/db/client.ts";
import { audit } from "../../src/requests/audit/audit.ts";
import type { Store } from "../../src/storage/contract.ts";
import { openStore } from "../../src/storage/open.ts";
import { type Endpoint, startEndpoint } from "../s3/endpoint.ts";
import { type Service, startService } from "../support/service.ts";
import { claimTask, put, reportSuccess, resultsOf, s3ClientOf } from "./uploads.ts";

const [good, bad] = ["the result of the worker", "a result of equal length"];
let endpoint: Endpoint;
let bucket: string;
let storeUrl: string;
let service: Service;

/** An S3 store of its own: our endpoint before a folder that the test can write to. */
beforeAll(async () => {
  endpoint = await startEndpoint();
  bucket = endpoint.newRequest();
  const { accessKey, secretKey } = endpoint.keys(bucket, "write");
  storeUrl = `s3://${accessKey}:${secretKey}@127.0.0.1:${endpoint.port}/${bucket}/some?tls=false`;
  service = await startService({ RUNNER: "external", STORE_URL: storeUrl });
});
afterAll(async () => {
  await service.remove();
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});

async function replace(request: string, name: string): Promise<void> {
  const stored: Store = endpoint.store;
  await stored.put(bucket, `some/${request}/${name}`, Buffer.from(bad), { existing: "replace" });
}

async function violations(): Promise<string[]> {
  const db = openDb({ url: service.databaseUrl ?? "", applicationName: "test audit", max: 2 });
  const site = { publicUrl: () => "", internalUrl: () => "", signingKey: Buffer.alloc(0) };
  const store = await openStore(readConfig({ STORE_URL: storeUrl }), site);
  const found = await audit(db, store, { fileAttempts: 3, operationsWithOutputs: ["transform"] });
  await store.close();
  await db.close();
  return found.violations.map(({ detail }) => detail);
}

test("a result that was replaced is not delivered, and the audit names it", async () => {
  const task = await claimTask(service, ["root://host//a.csv", "root://host//b.csv"]);
  const { request, upload } = task;
  expect(await put(upload.url, good)).toBe(200);
  expect(await reportSuccess(service, task, { size: good.length })).toBe("recorded");
  const [result] = await resultsOf(service, request);
  const s3 = s3ClientOf(service, request, "read");
  const get = () => s3.send(new GetObjectCommand({ Bucket: request, Key: upload.name }));

  const download = await fetch(result?.url ?? "");
  expect([download.status, download.redirected, await download.text()]).toEqual([200, true, good]);
  expect(download.headers.get("content-disposition")).toMatch(/^attachment/);
  expect(await (await get()).Body?.transformToString()).toBe(good);
  expect(await violations()).toEqual([]);

  await replace(request, upload.name);
  const refused = await fetch(result?.url ?? "");
  expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
    409,
    expect.stringMatching(/in the store; it is not delivered\.$/),
  ]);
  await expect(get()).rejects.toMatchObject({ name: "InvalidObjectState" });
  expect(await violations()).toEqual([expect.stringContaining(upload.name)]);
});

test("a store that can refuses a second upload by the address that our workers get", async () => {
  const task = await claimTask(service, ["root://host//a.csv", "root://host//b.csv"], {
    upload_headers: true,
  });
  const { url, headers = {} } = task.upload;
  expect(headers).toEqual({ "if-none-match": "*" });
  const status = async (body: string, sent: Record<string, string>) =>
    (await fetch(url, { method: "PUT", body, headers: sent })).status;
  expect(await status(bad, {})).toBe(403);
  expect(await status(good, headers)).toBe(200);
  for (const body of [bad, good]) expect(await status(body, headers)).toBe(412);
  expect(await reportSuccess(service, task, { size: good.length })).toBe("recorded");
});

test("a result that is written twice at the service's own S3 endpoint stays as it was", async () => {
  const task = await claimTask(service, ["root://host//a.csv", "root://host//b.csv"]);
  const { request, upload } = task;
  expect(await put(upload.url, good)).toBe(200);
  expect(await put(upload.url, bad)).toBe(409);
  expect(await reportSuccess(service, task, { size: good.length })).toBe("recorded");
  const [result] = await resultsOf(service, request);
  expect(await (await fetch(result?.url ?? "")).text()).toBe(good);
});
