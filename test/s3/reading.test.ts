import { randomBytes } from "node:crypto";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import {
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { folderStoreWithUrls } from "../storage/object-server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { s3Client } from "./client.ts";
import { type Endpoint, startEndpoint } from "./endpoint.ts";

const names = ["a.parquet", "ä b.csv", "dir/1", "dir/2", "dir/sub/3", "root:::x:y.root", "🚢"];
let endpoint: Endpoint;
let bucket: string;
let client: S3Client;

beforeAll(async () => {
  endpoint = await startEndpoint();
});
afterAll(async () => {
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});
beforeEach(async () => {
  bucket = endpoint.newRequest();
  client = s3Client(endpoint.url, endpoint.keys(bucket, "read"));
  for (const name of names) await endpoint.addResult(bucket, name, Buffer.from(name));
  await endpoint.store.put(bucket, "stray, of an attempt that lost", Buffer.from("x"));
});

test("keys that an older root key made stay valid, others are refused", async () => {
  const rotated = await startEndpoint({ newerKeys: [randomBytes(32), randomBytes(32)] });
  const request = rotated.newRequest();
  const keys = rotated.keys(request, "read");
  await rotated.addResult(request, "result", Buffer.from("42"));
  const get = new GetObjectCommand({ Bucket: request, Key: "result" });
  const { Body } = await s3Client(rotated.url, keys).send(get);
  expect(await Body?.transformToString()).toBe("42");
  const wrong = { ...keys, secretKey: `${keys.secretKey}x` };
  await expect(s3Client(rotated.url, wrong).send(get)).rejects.toThrow(/signature/i);
  await rotated.close();
});

test("a result that is truncated while it is sent breaks the connection", async () => {
  const folder = temporaryFolder("s3-truncated");
  const behind = await folderStoreWithUrls(folder);
  const shrinking = await startEndpoint({ store: behind.store });
  const request = shrinking.newRequest();
  await shrinking.addResult(request, "large", Buffer.alloc(64_000_000));
  const reader = s3Client(shrinking.url, shrinking.keys(request, "read"));
  const { Body } = await reader.send(new GetObjectCommand({ Bucket: request, Key: "large" }));
  // Most of it does not fit into the buffers between here and the file.
  truncateSync(join(folder, request, "large"), 1000);
  await expect(Body?.transformToByteArray()).rejects.toThrow();
  await shrinking.close();
  await behind.close();
});

describe("the read key", () => {
  test("lists the ledger's results in order, and nothing else", async () => {
    const { Contents, IsTruncated, KeyCount } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket }),
    );
    expect(Contents?.map(({ Key }) => Key)).toEqual(
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect([IsTruncated, KeyCount]).toEqual([false, names.length]);
    expect(Contents?.[0]).toMatchObject({ Size: 9, StorageClass: "STANDARD" });
    expect(Contents?.[0]?.LastModified?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test("lists page by page, by either version", async () => {
    const second: (string | undefined)[] = [];
    for (let token: string | undefined, more = true; more; ) {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 2, ContinuationToken: token }),
      );
      second.push(...(page.Contents ?? []).map(({ Key }) => Key));
      [token, more] = [page.NextContinuationToken, page.IsTruncated ?? false];
    }
    expect(second).toHaveLength(names.length);
    const first: (string | undefined)[] = [];
    for (let marker: string | undefined, more = true; more; ) {
      const page = await client.send(
        new ListObjectsCommand({ Bucket: bucket, MaxKeys: 3, Marker: marker }),
      );
      first.push(...(page.Contents ?? []).map(({ Key }) => Key));
      [marker, more] = [first.at(-1), page.IsTruncated ?? false];
    }
    expect(first).toEqual(second);
  });

  test("folds names at the delimiter, and pages over the folds", async () => {
    const all = await client.send(new ListObjectsV2Command({ Bucket: bucket, Delimiter: "/" }));
    expect(all.CommonPrefixes).toEqual([{ Prefix: "dir/" }]);
    expect(all.Contents).toHaveLength(4);
    const inner = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Delimiter: "/", Prefix: "dir/" }),
    );
    expect([inner.Contents?.map(({ Key }) => Key), inner.CommonPrefixes]).toEqual([
      ["dir/1", "dir/2"],
      [{ Prefix: "dir/sub/" }],
    ]);
    const seen: (string | undefined)[] = [];
    for (let marker: string | undefined, more = true; more; ) {
      const page = await client.send(
        new ListObjectsCommand({ Bucket: bucket, MaxKeys: 1, Delimiter: "/", Marker: marker }),
      );
      seen.push(page.Contents?.[0]?.Key ?? page.CommonPrefixes?.[0]?.Prefix);
      [marker, more] = [page.NextMarker, page.IsTruncated ?? false];
    }
    expect(seen).toEqual(["a.parquet", "dir/", "root:::x:y.root", "ä b.csv", "🚢"]);
  });

  test("lists after a name, none at all, and names in URL encoding", async () => {
    const after = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, StartAfter: "root:::x:y.root" }),
    );
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(["ä b.csv", "🚢"]);
    const none = await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 0 }));
    expect([none.KeyCount, none.IsTruncated]).toEqual([0, false]);
    const encoded = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, EncodingType: "url", Prefix: "ä" }),
    );
    expect([encoded.Prefix, encoded.Contents?.[0]?.Key]).toEqual(["%C3%A4", "%C3%A4%20b.csv"]);
    await expect(
      client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: "%%%" })),
    ).rejects.toMatchObject({
      name: "InvalidArgument",
    });
  });

  test("gets a result whole, with a checksum that the client verifies, and knows its size and ETag beforehand", async () => {
    const content = randomBytes(3_000_000);
    const { checksum } = await endpoint.addResult(bucket, "big", content);
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "big" }));
    const got = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: "big", ChecksumMode: "ENABLED" }),
    );
    expect(content.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
    expect(got.ChecksumSHA256).toBe(Buffer.from(checksum ?? "", "hex").toString("base64"));
    expect([head.ContentLength, head.ETag, head.AcceptRanges]).toEqual([
      3_000_000,
      got.ETag,
      "bytes",
    ]);
    const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "big" }));
    expect(listed.Contents?.[0]?.ETag).toBe(got.ETag);
  });

  test.each([
    ["bytes=0-0", "a", "bytes 0-0/9"],
    ["bytes=2-4", "par", "bytes 2-4/9"],
    ["bytes=7-", "et", "bytes 7-8/9"],
    ["bytes=-3", "uet", "bytes 6-8/9"],
    ["bytes=5-99", "quet", "bytes 5-8/9"],
  ])("gets the range %s", async (Range, text, ContentRange) => {
    const got = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: "a.parquet", Range }),
    );
    expect([await got.Body?.transformToString(), got.ContentRange, got.ContentLength]).toEqual([
      text,
      ContentRange,
      text.length,
    ]);
  });

  test("gets the whole for a range that makes no sense, and none outside", async () => {
    for (const Range of ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2"]) {
      const got = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: "a.parquet", Range }),
      );
      expect(await got.Body?.transformToString()).toBe("a.parquet");
    }
    const outside = client.send(
      new GetObjectCommand({ Bucket: bucket, Key: "a.parquet", Range: "bytes=9-" }),
    );
    await expect(outside).rejects.toMatchObject({
      name: "InvalidRange",
      ActualObjectSize: "9",
      $metadata: { httpStatusCode: 416 },
    });
  });

  test("gets by conditions", async () => {
    const { ETag, LastModified } = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: "🚢" }),
    );
    const get = (condition: object) =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: "🚢", ...condition }));
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get({ IfModifiedSince: LastModified })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(get({ IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    expect((await get({ IfMatch: ETag, IfNoneMatch: '"other"' })).ETag).toBe(ETag);
  });

  test("gets with the headers that it asks for", async () => {
    const got = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: "🚢",
        ResponseContentType: "text/csv",
        ResponseContentDisposition: "attachment",
      }),
    );
    expect([got.ContentType, got.ContentDisposition]).toEqual(["text/csv", "attachment"]);
    const broken = client.send(
      new GetObjectCommand({ Bucket: bucket, Key: "🚢", ResponseContentType: "a\r\nb: c" }),
    );
    await expect(broken).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("finds only results, not other objects in the store", async () => {
    for (const Key of ["stray, of an attempt that lost", "nothing", "a//b", "x".repeat(1100)]) {
      await expect(
        client.send(new GetObjectCommand({ Bucket: bucket, Key })),
      ).rejects.toMatchObject({ name: "NoSuchKey" });
      await expect(
        client.send(new HeadObjectCommand({ Bucket: bucket, Key })),
      ).rejects.toMatchObject({ name: "NotFound" });
    }
  });

  test("knows its bucket and no other", async () => {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    expect(
      (await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
    ).toEqual([bucket]);
    expect(
      (await client.send(new GetBucketLocationCommand({ Bucket: bucket }))).LocationConstraint,
    ).toBeUndefined();
  });
});
