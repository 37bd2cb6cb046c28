// ServiceX's users apart from each other: what one may not see, stop or delete of another's.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Listening, listen } from "../../../src/http/listen.ts";
import { keyProblem } from "../../../src/requests/keys/keys.ts";
import { submit } from "../../../src/requests/lifecycle/submit.ts";
import { resultBuckets } from "../../../src/requests/read/result-bucket.ts";
import { makeS3App, makeS3Server } from "../../../src/s3/app.ts";
import { type Api, openApi } from "../../support/api.ts";
import { addPerson, bearer, type Person } from "../../support/people.ts";

let api: Api;
let s3: Listening;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  const env = { ENABLE_AUTH: "true", INTERNAL_URL: "http://inside.example:8000" };
  api = await openApi({ env, s3Url: () => s3.url });
  const { ctx } = api.ledger;
  const app = makeS3App({
    store: ctx.store,
    rootKeys: ctx.verifyingKeys,
    results: resultBuckets(ctx),
    keyProblem: (key) => keyProblem(ctx, key),
    log: ctx.log,
    uploadLimitBytes: 1_000,
  });
  s3 = await listen("127.0.0.1", 0, "S3_PORT", makeS3Server(app));
  [ann, bob] = [await addPerson(ctx), await addPerson(ctx)];
});

afterAll(async () => {
  await s3.close(1);
  await api.close();
});

const step = {
  operation: "transform",
  settings: { generator: "sql", selection: "select 1 from input", format: "csv" },
};

async function running({ id: owner }: Person) {
  const { ctx } = api.ledger;
  const wanted = { dataset: { files: ["/a/one.csv"] }, steps: [step] };
  const { request } = await submit(ctx, { kind: "user", owner }, wanted);
  return request.id;
}

async function finished(person: Person): Promise<{ id: string; name: string }> {
  const { ledger } = api;
  const id = await running(person);
  const [task] = await ledger.claim(1, { request: id });
  const name = task?.upload?.name ?? "";
  await ledger.ctx.store.put(id, name, Buffer.from("1234"));
  if (task) await ledger.report(task, "success", { results: [{ name, size: 4 }] });
  await ledger.ended(id);
  return { id, name };
}

async function clientOf(person: Person, id: string): Promise<{ s3: S3Client; accessKey: string }> {
  const answer = await api.get(`/servicex/transformation/${id}`, bearer(person.accessToken));
  const fields = answer.json() as Record<string, string>;
  const { "minio-access-key": accessKey = "", "minio-secret-key": secretKey = "" } = fields;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const endpoint = `http://${fields["minio-endpoint"]}`;
  return {
    s3: new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials }),
    accessKey,
  };
}

test("defect 27: the keys that a user is given reach the results of one request and no others", async () => {
  const [own, second, foreign] = [await finished(ann), await finished(ann), await finished(bob)];
  const [first, other] = [await clientOf(ann, own.id), await clientOf(bob, foreign.id)];
  const again = await clientOf(ann, second.id);
  expect(new Set([first.accessKey, again.accessKey, other.accessKey]).size).toBe(3);
  const { Buckets } = await first.s3.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toEqual([own.id]);
  const listed = await first.s3.send(new ListObjectsV2Command({ Bucket: own.id }));
  expect(listed.Contents?.map(({ Key }) => Key)).toEqual([own.name]);
  for (const { id: Bucket, name: Key } of [foreign, second]) {
    const denied = { $metadata: { httpStatusCode: 403 } };
    const object = { Bucket, Key };
    for (const send of [
      () => first.s3.send(new ListObjectsV2Command({ Bucket })),
      () => first.s3.send(new GetObjectCommand(object)),
      () => first.s3.send(new PutObjectCommand({ ...object, Body: "other" })),
      () => first.s3.send(new DeleteObjectCommand(object)),
    ])
      await expect(send()).rejects.toMatchObject(denied);
  }
  // Nor does the key delete what it may read.
  const removal = new DeleteObjectCommand({ Bucket: own.id, Key: own.name });
  await expect(first.s3.send(removal)).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  const asked = await api.get(`/servicex/transformation/${foreign.id}`, bearer(ann.accessToken));
  expect([asked.status, asked.text.includes("minio")]).toEqual([404, false]);
  for (const { s3: client } of [first, again, other]) client.destroy();
});

test("defect 31: nobody sees, stops or deletes another's request, by its id or by its number", async () => {
  const id = await running(ann);
  const headers = bearer((await addPerson(api.ledger.ctx)).accessToken);
  const one = await api.get(`/servicex/transformation/${id}`, bearer(ann.accessToken));
  const { did_id: dataset } = one.json();
  const [row] = await api.ledger.ctx.db.query("SELECT number FROM requests WHERE id = $1", [id]);
  const number = String(row?.number);
  expect(
    (await api.get(`/servicex/transformation/${number}`, bearer(ann.accessToken))).json(),
  ).toMatchObject({ request_id: id });
  for (const name of [id, id.toUpperCase(), number, `0${number}`, "1", "2", "3"]) {
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/status"],
      ["GET", "/errors"],
      ["GET", "/results"],
      ["GET", "/cancel"],
      ["POST", "/cancel"],
      ["DELETE", ""],
    ] as const) {
      const answer = await api.call({
        method,
        path: `/servicex/transformation/${name}${path}`,
        headers,
      });
      expect([answer.status, Object.keys(answer.json())], `${method} ${name}${path}`).toEqual([
        404,
        ["message"],
      ]);
    }
    const page = await api.get(`/transformation-request/${name}`, headers);
    expect(page.status).toBe(404);
  }
  for (const method of ["GET", "DELETE"])
    expect(
      (await api.call({ method, path: `/servicex/datasets/${dataset}`, headers })).status,
    ).toBe(404);
  expect((await api.get("/servicex/transformation", headers)).text).not.toContain(id);
  expect((await api.get("/servicex/datasets", headers)).json()).toEqual({ datasets: [] });
  expect((await api.ledger.read(id)).state).toMatch(/submitted|running/);
});

test("defect 39: what is open to all names no address inside", async () => {
  const { dataDir, store } = api.ledger.ctx.config;
  const inside = ["inside.example", dataDir, new URL(api.ledger.ctx.databaseUrl).pathname];
  if (store.kind === "folder") inside.push(store.path);
  for (const path of [
    "/monitor",
    "/logs",
    "/multiple-codegen-list",
    "/servicex",
    "/about",
    "/",
    "/docs",
    "/openapi.json",
    "/v1/operations",
    "/healthz",
    "/readyz",
    "/.servicex",
    "/nothing",
  ]) {
    const answer = await api.get(path);
    expect(answer.status, path).toBeLessThan(500);
    const shown = answer.text + JSON.stringify(answer.headers);
    expect(
      inside.filter((text) => shown.includes(text)),
      path,
    ).toEqual([]);
  }
  const generators = (await api.get("/multiple-codegen-list")).json();
  expect(Object.values(generators).filter((text) => /:\/\/|:\d+$/.test(String(text)))).toEqual([]);
});
