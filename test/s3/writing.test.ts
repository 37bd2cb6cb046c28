import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { s3Client } from "./client.ts";
import { type Endpoint, startEndpoint } from "./endpoint.ts";

const mebibyte = 1024 * 1024;
let endpoint: Endpoint;
let bucket: string;
let client: S3Client;

beforeAll(async () => {
  endpoint = await startEndpoint({ uploadLimitBytes: 40 * mebibyte });
});
afterAll(async () => {
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});
beforeEach(() => {
  bucket = endpoint.newRequest();
  client = s3Client(endpoint.url, endpoint.keys(bucket, "write"));
});

describe("the write key", () => {
  test("puts an object, lists it and gets it back", async () => {
    const Body = randomBytes(100_000);
    const put = await client.send(new PutObjectCommand({ Bucket: bucket, Key: "ä b/c", Body }));
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: "ä b/c" }));
    expect(Body.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
    expect(got.ETag).toBe(put.ETag);
    expect(await listed()).toEqual(["ä b/c"]);
  });

  test("puts a stream with a trailing checksum", async () => {
    const content = randomBytes(300_000);
    const body = Readable.from([
      content.subarray(0, 1),
      content.subarray(1, 200_000),
      content.subarray(200_000),
    ]);
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
      const Body = ChecksumAlgorithm === "CRC32" ? body : Readable.from([content]);
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: ChecksumAlgorithm,
          Body,
          ContentLength: content.length,
          ChecksumAlgorithm,
        }),
      );
      expect((await stored(ChecksumAlgorithm))?.equals(content)).toBe(true);
    }
  });

  test("a body that is not what its checksum says is refused and leaves nothing", async () => {
    const wrong = createHash("sha256").update("other").digest("base64");
    const put = (checksum: object) =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key: "x", Body: "content", ...checksum }));
    await expect(put({ ChecksumSHA256: wrong })).rejects.toMatchObject({ name: "BadDigest" });
    await expect(put({ ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({ name: "BadDigest" });
    await expect(
      put({ ContentMD5: createHash("md5").update("other").digest("base64") }),
    ).rejects.toMatchObject({ name: "BadDigest" });
    await expect(put({ ContentMD5: "nonsense" })).rejects.toMatchObject({ name: "InvalidDigest" });
    expect(await listed()).toEqual([]);
    await put({ ContentMD5: createHash("md5").update("content").digest("base64") });
    expect(await listed()).toEqual(["x"]);
  });

  test("puts a large object in parts", async () => {
    const content = randomBytes(22 * mebibyte);
    await new Upload({
      client,
      params: { Bucket: bucket, Key: "large", Body: Readable.from([content]) },
      partSize: 8 * mebibyte,
    }).done();
    expect((await stored("large"))?.equals(content)).toBe(true);
    expect(await listed()).toEqual(["large"]);
    expect((await endpoint.store.list(bucket)).map(({ name }) => name)).toEqual(["large"]);
  });

  test("an upload in parts shows nothing before it is complete, and lists its parts", async () => {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket: bucket, Key: "x" }),
    );
    const part = { Bucket: bucket, Key: "x", UploadId };
    const first = await client.send(
      new UploadPartCommand({ ...part, PartNumber: 2, Body: Buffer.alloc(5 * mebibyte) }),
    );
    const last = await client.send(new UploadPartCommand({ ...part, PartNumber: 10, Body: "end" }));
    expect(await listed()).toEqual([]);
    const page = await client.send(new ListPartsCommand({ ...part, MaxParts: 1 }));
    expect([page.Parts?.[0]?.PartNumber, page.IsTruncated, page.NextPartNumberMarker]).toEqual([
      2,
      true,
      "2",
    ]);
    const rest = await client.send(new ListPartsCommand({ ...part, PartNumberMarker: "2" }));
    expect([
      rest.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
      rest.IsTruncated,
    ]).toEqual([[[10, 3, last.ETag]], false]);
    const complete = (Parts: object[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts } }));
    const [one, ten] = [
      { PartNumber: 2, ETag: first.ETag },
      { PartNumber: 10, ETag: last.ETag },
    ];
    await expect(complete([ten, one])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(complete([one, { ...ten, ETag: '"other"' }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await expect(complete([one, { PartNumber: 11, ETag: last.ETag }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await expect(complete([])).rejects.toMatchObject({ name: "MalformedXML" });
    const { ETag } = await complete([one, ten]);
    expect((await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "x" }))).ETag).toBe(
      ETag,
    );
    expect((await stored("x"))?.length).toBe(5 * mebibyte + 3);
    await expect(complete([one, ten])).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("parts too small, an upload of another key, and an aborted one are refused", async () => {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket: bucket, Key: "x" }),
    );
    const part = { Bucket: bucket, Key: "x", UploadId };
    const tags = await Promise.all(
      [1, 2].map((PartNumber) =>
        client.send(new UploadPartCommand({ ...part, PartNumber, Body: "small" })),
      ),
    );
    const Parts = tags.map(({ ETag }, at) => ({ PartNumber: at + 1, ETag }));
    await expect(
      client.send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts } })),
    ).rejects.toMatchObject({
      name: "EntityTooSmall",
    });
    await expect(
      client.send(new UploadPartCommand({ ...part, Key: "y", PartNumber: 1, Body: "x" })),
    ).rejects.toMatchObject({
      name: "NoSuchUpload",
    });
    await expect(
      client.send(new UploadPartCommand({ ...part, PartNumber: 10_001, Body: "x" })),
    ).rejects.toMatchObject({
      name: "InvalidArgument",
    });
    await client.send(new AbortMultipartUploadCommand(part));
    await expect(
      client.send(new UploadPartCommand({ ...part, PartNumber: 1, Body: "x" })),
    ).rejects.toMatchObject({ name: "NoSuchUpload" });
    await expect(client.send(new AbortMultipartUploadCommand(part))).rejects.toMatchObject({
      name: "NoSuchUpload",
    });
    expect(await endpoint.store.list(bucket)).toEqual([]);
  });

  test("deletes what is there and what is not", async () => {
    for (const Key of ["a", "b", "c"])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "a" }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "a" }));
    const answer = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: [{ Key: "b" }, { Key: "nothing" }] },
      }),
    );
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(["b", "nothing"]);
    expect(await listed()).toEqual(["c"]);
  });

  test("cannot change or delete a recorded result", async () => {
    await endpoint.addResult(bucket, "result", Buffer.from("good"));
    const target = { Bucket: bucket, Key: "result" };
    await expect(
      client.send(new PutObjectCommand({ ...target, Body: "late" })),
    ).rejects.toMatchObject({
      name: "ObjectAlreadyExists",
      $metadata: { httpStatusCode: 409 },
    });
    await client.send(new PutObjectCommand({ ...target, Body: "good" }));
    await expect(client.send(new DeleteObjectCommand(target))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const { Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: "result" }] } }),
    );
    expect(Errors?.[0]).toMatchObject({ Key: "result", Code: "AccessDenied" });
    expect((await stored("result"))?.toString()).toBe("good");
  });

  test("cannot make or remove its bucket, nor put a name that could be none, nor too much", async () => {
    await expect(client.send(new CreateBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({
      name: "BucketAlreadyOwnedByYou",
    });
    await expect(client.send(new DeleteBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const put = (Key: string, Body: string | Buffer = "x") =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    await expect(put("x".repeat(1025))).rejects.toMatchObject({ name: "KeyTooLongError" });
    await expect(put("a//b")).rejects.toMatchObject({ name: "InvalidArgument" });
    await expect(put(".uploads/x")).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(put("big", Buffer.alloc(41 * mebibyte))).rejects.toMatchObject({
      name: "EntityTooLarge",
    });
    await expect(
      client.send(new PutObjectCommand({ Bucket: bucket, Key: "x", Body: "x", IfNoneMatch: "*" })),
    ).resolves.toBeDefined();
    await expect(
      client.send(new PutObjectCommand({ Bucket: bucket, Key: "x", Body: "x", IfNoneMatch: "*" })),
    ).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
  });

  test("the read key writes nothing", async () => {
    const reader = s3Client(endpoint.url, endpoint.keys(bucket, "read"));
    const target = { Bucket: bucket, Key: "x" };
    const calls = [
      reader.send(new PutObjectCommand({ ...target, Body: "x" })),
      reader.send(new DeleteObjectCommand(target)),
      reader.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: "x" }] } }),
      ),
      reader.send(new CreateMultipartUploadCommand(target)),
      reader.send(new ListPartsCommand({ ...target, UploadId: "x" })),
    ];
    for (const call of await Promise.allSettled(calls))
      expect(call).toMatchObject({ status: "rejected", reason: { name: "AccessDenied" } });
    expect(await endpoint.store.list(bucket)).toEqual([]);
  });
});

async function listed(): Promise<(string | undefined)[]> {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return (Contents ?? []).map(({ Key }) => Key);
}

async function stored(name: string): Promise<Buffer | undefined> {
  const got = await endpoint.store.get(bucket, name);
  return got && buffer(got.body);
}
