// The keys of a request where its user looks for them. The printed lines themselves are run by
// test/clients/s3-lines.test.ts.

import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/index.ts";
import type { Service } from "../support/service.ts";
import { type ServiceCli, startServiceCli } from "../support/service-cli.ts";

let cli: ServiceCli;
let service: Service;
let id: string;

beforeAll(async () => {
  cli = await startServiceCli("s3", { LOG_LEVEL: "debug" }, { "a.csv": "x\n1\n" });
  service = cli.service;
  id = await cli.selected("a.csv");
}, 120_000);
afterAll(() => cli?.remove());

const longshore = (...args: string[]) => cli.longshore(...args);

test("the keys read the results of the request, with the SDK of AWS", async () => {
  const access = await new Longshore({ url: service.url }).s3(id);
  const s3 = new S3Client({
    endpoint: access.endpoint,
    region: access.region,
    forcePathStyle: true,
    credentials: { accessKeyId: access.access_key, secretAccessKey: access.secret_key },
  });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: access.bucket }));
  expect(Contents).toHaveLength(1);
  const [{ Key } = {}] = Contents;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: access.bucket, Key }));
  expect(await Body?.transformToString()).toBe("x\n1\n");
  s3.destroy();
});

test("longshore s3 prints lines for each client, one alone when asked, and no log has the secret", async () => {
  const { secret_key: secret, lines } = await new Longshore({ url: service.url }).s3(id);
  const all = await longshore("s3", id);
  expect([all.code, all.stdout.match(/^(#|--) \w+$/gm)]).toEqual([
    0,
    ["# aws", "# boto3", "# rclone", "-- duckdb", "# pandas"],
  ]);
  expect(all.stdout.split(secret)).toHaveLength(lines.length + 1);
  expect(all.stderr).not.toContain(secret);
  const one = await longshore("s3", id, "--tool", "duckdb", "--quiet");
  expect([one.stdout, one.stderr]).toEqual([`${lines[3]?.text}\n`, ""]);
  for (const name of ["@last", "1", id.slice(0, 8)])
    expect((await longshore("s3", name, "--tool", "duckdb", "-q")).stdout).toBe(one.stdout);
  expect(one.stdout).toContain(`read_csv('s3://${id}/*.csv')`);
  expect(service.stderr()).toContain(`/v1/requests/${id}/s3`);
  expect(service.stderr()).not.toContain(secret);
});

test("an answer with keys is stored nowhere, and there are none of an unknown request", async () => {
  const answer = await fetch(`${service.url}/v1/requests/${id}/s3`);
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
  await answer.body?.cancel();
  const nobody = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
  const refused = await longshore("s3", nobody);
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain(`There is no request "${nobody}"`);
});

test("a page has the keys and the same lines, is stored nowhere, and the request's page leads to it", async () => {
  const { lines, secret_key: secret } = await new Longshore({ url: service.url }).s3(id);
  const read = (path: string) => fetch(service.url + path, { headers: { accept: "text/html" } });
  const page = await read(`/requests/${id}/s3`);
  expect([page.status, page.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const text = (await page.text()).replaceAll("&#39;", "'").replaceAll("&quot;", '"');
  for (const { text: line } of lines) expect(text).toContain(line);
  const request = await (await read(`/requests/${id}`)).text();
  expect(request).toContain(`href="/requests/${id}/s3"`);
  expect(request).not.toContain(secret);
});
