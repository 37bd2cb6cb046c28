import { randomBytes, randomUUID } from "node:crypto";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openStore } from "../../src/storage/open.ts";
import { s3Client } from "../s3/client.ts";
import { startEndpoint } from "../s3/endpoint.ts";
import { storeSuite } from "../storage/suite.ts";
import { type Moto, startMoto } from "./moto.ts";

const unused = { publicUrl: () => "", internalUrl: () => "", signingKey: Buffer.alloc(32) };
const open = (host: string, path = "/") =>
  openStore(readConfig({ STORE_URL: `s3://key:secret@${host}${path}?tls=false` }), unused);

describe("a bucket for each request", () => {
  storeSuite(async () => {
    const moto = await startMoto();
    return { store: await open(moto.host), close: moto.close };
  });
});

describe("one bucket for all", () => {
  storeSuite(async () => {
    const moto = await startMoto();
    await s3Client(`http://${moto.host}`, { accessKey: "key", secretKey: "secret" }).send(
      new CreateBucketCommand({ Bucket: "results" }),
    );
    return {
      store: await open(moto.host, "/results/longshore"),
      close: moto.close,
      longestName: 900,
    };
  });
});

describe("our endpoint in front of an S3 store", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.close());

  test("keeps what is put, in one piece or in parts, and gives results to the read key", async () => {
    const store = await open(moto.host);
    const endpoint = await startEndpoint({ store });
    const bucket = endpoint.newRequest();
    const write = s3Client(endpoint.url, endpoint.keys(bucket, "write"));
    const content = randomBytes(20 << 20);
    await write.send(new PutObjectCommand({ Bucket: bucket, Key: "one", Body: "one" }));
    await new Upload({
      client: write,
      params: { Bucket: bucket, Key: "parts", Body: content },
    }).done();
    expect(
      (await write.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents?.map(
        ({ Key }) => Key,
      ),
    ).toEqual(["one", "parts"]);
    expect((await store.list(bucket)).map(({ name }) => name)).toEqual(["one", "parts"]);
    const got = await write.send(new GetObjectCommand({ Bucket: bucket, Key: "parts" }));
    expect(content.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);

    await endpoint.addResult(bucket, "result", Buffer.from("0123456789"));
    const read = s3Client(endpoint.url, endpoint.keys(bucket, "read"));
    expect(
      (await read.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents?.map(
        ({ Key }) => Key,
      ),
    ).toEqual(["result"]);
    const part = await read.send(
      new GetObjectCommand({ Bucket: bucket, Key: "result", Range: "bytes=2-4" }),
    );
    expect(await part.Body?.transformToString()).toBe("234");
    await expect(
      read.send(new GetObjectCommand({ Bucket: bucket, Key: "one" })),
    ).rejects.toMatchObject({ name: "NoSuchKey" });
    await endpoint.close();
    expect(endpoint.faults).toEqual([]);
  });

  test("answers that it is unavailable when the store behind it is", async () => {
    const away = await startMoto();
    const store = await open(away.host);
    const endpoint = await startEndpoint({ store });
    const bucket = endpoint.newRequest();
    await away.close();
    const write = s3Client(endpoint.url, endpoint.keys(bucket, "write"));
    await expect(
      write.send(new PutObjectCommand({ Bucket: bucket, Key: randomUUID(), Body: "x" })),
    ).rejects.toMatchObject({
      name: "ServiceUnavailable",
    });
    await endpoint.close();
  });
});
