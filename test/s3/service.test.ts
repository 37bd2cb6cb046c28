import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { requestCredentials } from "../../src/s3/credentials.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";

let service: Service;
const folder = temporaryFolder("s3-inputs");

beforeAll(async () => {
  await writeTable(join(folder, "a.parquet"), "select 42 as x");
  service = await startService({ INPUT_ROOTS: folder, LOCAL_WORKERS: "1" });
});
afterAll(() => service.remove());

test("a service's S3 endpoint is named in the ready line and shows a request's results to its own key alone", async () => {
  const client = new Longshore({ url: service.url });
  const submitOne = () =>
    client.submit({
      dataset: { files: [join(folder, "a.parquet")] },
      steps: [{ operation: "transform", selection: "select x + 1 as y from input", format: "csv" }],
    });
  const [first, second] = await Promise.all([submitOne(), submitOne()]);
  await Promise.all([client.wait(first.id), client.wait(second.id)]);

  const rootKey = Buffer.from(
    readFileSync(join(service.dataDir, "secrets", "signing-key"), "utf8").trim(),
    "hex",
  );
  const { accessKey, secretKey } = requestCredentials(rootKey, first.id, "read");
  const s3 = new S3Client({
    endpoint: service.s3Url ?? "",
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket: first.id }));
  expect(objects).toHaveLength(1);
  const got = await s3.send(new GetObjectCommand({ Bucket: first.id, Key: objects[0]?.Key ?? "" }));
  expect(await got.Body?.transformToString()).toBe("y\n43\n");
  await expect(s3.send(new ListObjectsV2Command({ Bucket: second.id }))).rejects.toMatchObject({
    name: "AccessDenied",
  });
}, 120_000);
