import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Endpoint, startEndpoint } from "../s3/endpoint.ts";
import { s3Python } from "./s3-venv.ts";

const name = "root:::host::ä b,c+d%.parquet";
const names = ["a.csv", "dir/1", "dir/2", name, "zz"];
const content = randomBytes(20_000_000);
const script = fileURLToPath(new URL("s3_readers.py", import.meta.url));
const hashes = {
  whole: sha256(content),
  downloaded: sha256(content),
  range: sha256(content.subarray(10, 20)),
};
const refusals = {
  missing: "NoSuchKey",
  "another's list": "AccessDenied",
  "another's object": "AccessDenied",
  "write with the read key": "AccessDenied",
  "wrong secret": "SignatureDoesNotMatch",
  "unknown key": "InvalidAccessKeyId",
};
let endpoint: Endpoint;
let bucket: string;
let other: string;

beforeAll(async () => {
  endpoint = await startEndpoint();
  [bucket, other] = [endpoint.newRequest(), endpoint.newRequest()];
  for (const each of names)
    await endpoint.addResult(bucket, each, each === name ? content : Buffer.from(each));
  await endpoint.addResult(other, name, content);
  await endpoint.store.put(bucket, "stray", Buffer.from("stray"));
});
afterAll(async () => {
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});

test("boto3 reads the results of its request and of no other, and puts with the write key", async () => {
  expect(await seenBy("boto3")).toEqual({
    ...hashes,
    ...refusals,
    location: null,
    listed: names,
    "listed by version 1": names,
    size: content.length,
    "presigned, version 2": hashes.whole,
    "presigned, version 4": hashes.whole,
    written: { "boto put": 100_000, "boto stream": 100_000, "boto parts": 20_000_000 },
  });
});

test("the MinIO library reads the results of its request and of no other, and puts with the write key", async () => {
  expect(await seenBy("minio")).toEqual({
    ...hashes,
    ...refusals,
    exists: true,
    buckets: [bucket],
    listed: names,
    "listed by folder": expect.arrayContaining(["a.csv", "dir/", name, "zz"]),
    "listed by version 1": names,
    size: content.length,
    presigned: hashes.whole,
    written: { "minio put": 100_000, "minio parts": 20_000_000, "minio file": 50_000 },
    make: "BucketAlreadyOwnedByYou",
  });
});

async function seenBy(library: "boto3" | "minio"): Promise<unknown> {
  const child = spawn(await s3Python(), [script], { stdio: ["pipe", "pipe", "inherit"] });
  const [read, write] = [endpoint.keys(bucket, "read"), endpoint.keys(bucket, "write")];
  child.stdin.end(JSON.stringify({ library, url: endpoint.url, bucket, other, name, read, write }));
  return JSON.parse(await text(child.stdout));
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
