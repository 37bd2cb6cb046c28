// A second upload, slow or at the same moment, would change a result that a user already has.
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violationsOf } from "../facades/servicex/violations.ts";
import { type Service, startService } from "../support/service.ts";
import {
  call,
  claimTask,
  ended,
  put,
  reportSuccess,
  resultsOf,
  type SlowPut,
  s3ClientOf,
  slowPut,
  type Task,
} from "./uploads.ts";

let service: Service;
beforeAll(async () => {
  service = await startService({ RUNNER: "external" });
});
afterAll(async () => {
  expect(await violationsOf(service)).toEqual([]);
  await service.remove();
});

const good = "the result of the worker";
const bad = "what somebody else sends";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** What the user downloads, and what the ledger says of it. */
async function delivered({ request }: Task): Promise<{ text: string; checksum: string }> {
  const [result] = await resultsOf(service, request);
  if (!result) throw new Error("no result");
  return { text: await (await fetch(result.url)).text(), checksum: result.checksum };
}

const signedWrite = ({ request, upload }: Task) =>
  getSignedUrl(
    s3ClientOf(service, request, "write"),
    new PutObjectCommand({ Bucket: request, Key: upload.name }),
    { expiresIn: 600 },
  );

test.each([
  ["the signed address", async (task: Task) => task.upload.url],
  ["the S3 endpoint", signedWrite],
])("a slow upload that ends after the success changes nothing: %s", async (_, address) => {
  const task = await claimTask(service, ["root://host//a.csv", "root://host//b.csv"]);
  const url = await address(task);
  const slow = await slowPut(service, url, bad);
  expect(await put(url, good)).toBe(200);
  expect(await reportSuccess(service, task, { size: good.length })).toBe("recorded");
  expect(await slow.finish()).toBe(409);
  expect(await put(url, bad)).toBe(409);
  // A worker that lost the answer sends the same again.
  expect(await put(url, good)).toBe(200);
  expect(await delivered(task)).toEqual({ text: good, checksum: sha256(good) });
});

test("an upload in parts does not replace a result when it is completed", async () => {
  const task = await claimTask(service, ["root://host//a.csv", "root://host//b.csv"]);
  const s3 = s3ClientOf(service, task.request, "write");
  const target = { Bucket: task.request, Key: task.upload.name };
  const completed = async (body: string) => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    const part = { ...target, UploadId, PartNumber: 1 };
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: body }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return () =>
      s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }));
  };
  const [late, same] = [await completed(bad), await completed(good)];
  expect(await put(task.upload.url, good)).toBe(200);
  expect(await reportSuccess(service, task, { size: good.length })).toBe("recorded");
  await expect(late()).rejects.toMatchObject({ $metadata: { httpStatusCode: 409 } });
  await same();
  expect((await delivered(task)).text).toBe(good);
});

test("of many uploads at once one wins, and the ledger has its size and checksum", async () => {
  const task = await claimTask(service);
  const addresses = [task.upload.url, await signedWrite(task)];
  const bodies = Array.from({ length: 30 }, (_, at) => `content ${at} `.repeat(5_000));
  const statuses = await Promise.all(bodies.map((body, at) => put(addresses[at % 2] ?? "", body)));
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409)).toHaveLength(29);
  const winner = bodies[statuses.indexOf(200)] ?? "";
  const loser = bodies[statuses.indexOf(409)] ?? "";
  expect(
    await reportSuccess(service, task, { size: loser.length, checksum: sha256(loser) }),
  ).toMatch(/^refused: .* in the store/);
  expect(await reportSuccess(service, task, { size: winner.length })).toBe("recorded");
  const read = await s3ClientOf(service, task.request, "read").send(
    new GetObjectCommand({ Bucket: task.request, Key: task.upload.name }),
  );
  expect(await read.Body?.transformToString()).toBe(winner);
  expect(await delivered(task)).toEqual({ text: winner, checksum: sha256(winner) });
});

test.each([
  ["the signed address", async (task: Task) => task.upload.url],
  ["the S3 endpoint", signedWrite],
])(
  "an upload that ends after its request has ended, or was deleted, is refused: %s",
  async (_, address) => {
    const [canceled, deleted] = [await claimTask(service), await claimTask(service)];
    const slow: SlowPut[] = [];
    for (const task of [canceled, deleted])
      slow.push(await slowPut(service, await address(task), bad));
    for (const { request } of [canceled, deleted]) {
      await call(service, `/v1/requests/${request}/cancel`, {});
      await ended(service, request);
    }
    await call(service, `/v1/requests/${deleted.request}`, undefined, "DELETE");
    const [ofCanceled = 0, ofDeleted = 0] = await Promise.all(
      slow.map((upload) => upload.finish()),
    );
    expect([403, 409]).toContain(ofCanceled);
    expect(ofDeleted).toBe(404);
  },
);

test("a new attempt of the same file writes a result of its own", async () => {
  const first = await claimTask(service);
  const { request } = first;
  expect(await put(first.upload.url, bad)).toBe(200);
  const { file, step, attempt } = first;
  const error = { class: "bad_input", message: "it cannot be read" };
  const reports = [{ request, file, step, attempt, status: "failure", error }];
  await call(service, "/v1/work/reports", { worker: "w", reports });
  await ended(service, request);
  await call(service, `/v1/requests/${request}/redrive`, {});
  const wanted = { worker: "w", request, max: 1, wait_seconds: 30 };
  const { tasks } = await call<{ tasks: Task[] }>(service, "/v1/work/claim", wanted);
  const [again] = tasks;
  if (!again) throw new Error("no task");
  expect(again.upload.name).not.toBe(first.upload.name);
  expect(await put(again.upload.url, good)).toBe(200);
  expect(await reportSuccess(service, again, { size: good.length })).toBe("recorded");
  expect((await delivered(again)).text).toBe(good);
});
