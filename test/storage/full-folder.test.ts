import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { UnavailableError } from "../../src/errors.ts";
import { problemReply } from "../../src/http/problem.ts";
import { openFolderStore } from "../../src/storage/folder.ts";
import { uploadFile } from "../../src/worker/upload.ts";
import { StoreError } from "../../src/worker/upload-error.ts";
import { temporaryFolder } from "../support/folder.ts";
import {
  makeSmallFileSystem,
  noSmallFileSystem,
  type SmallFileSystem,
} from "../support/small-file-system.ts";
import { folderStoreWithUrls } from "./object-server.ts";

const onDisk = noSmallFileSystem ? test.skip : test;
const why = noSmallFileSystem ? ` (skipped: ${noSmallFileSystem})` : "";
let disk: SmallFileSystem;
const folder = temporaryFolder("full-folder");
afterEach(() => disk?.remove());
afterAll(() => rmSync(folder, { recursive: true }));

const bucket = randomUUID();
const megabyte = Buffer.alloc(2 ** 20);

async function failure(work: Promise<unknown>): Promise<UnavailableError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UnavailableError);
  return error as UnavailableError;
}

onDisk(`a full store is a 507, and its check fails until such an object fits${why}`, async () => {
  disk = makeSmallFileSystem(2);
  const store = await openFolderStore(`${disk.path}/store`, async () => "");
  await store.put(bucket, "first", megabyte);
  await store.check();
  const error = await failure(store.put(bucket, "second", megabyte));
  expect(error.message).toBe("The store is full: no space is left on the device (ENOSPC).");
  expect(problemReply(error, "/objects/x", "id")).toMatchObject({
    status: 507,
    body: { type: "urn:longshore:problem:no_room", title: "Insufficient Storage" },
  });
  // A small file would still fit.
  expect((await failure(store.check())).message).toBe(error.message);
  expect(await store.list(bucket)).toMatchObject([{ name: "first" }]);
  disk.resize(8);
  await store.check();
  await store.put(bucket, "second", megabyte);
});

onDisk(`the check needs no more room than an object that was stored since${why}`, async () => {
  disk = makeSmallFileSystem(2);
  const store = await openFolderStore(`${disk.path}/store`, async () => "");
  await store.put(bucket, "first", megabyte);
  await failure(store.put(bucket, "second", megabyte));
  await failure(store.check());
  await store.put(bucket, "small", Buffer.alloc(300_000));
  await store.check();
});

onDisk(`checks at the same time share one probe${why}`, async () => {
  disk = makeSmallFileSystem(24);
  const store = await openFolderStore(`${disk.path}/store`, async () => "");
  await store.put(bucket, "first", megabyte);
  await failure(store.put(bucket, "second", Buffer.alloc(23.5 * 2 ** 20)));
  // A second probe of 16 MB would find no room beside the first.
  await Promise.all(Array.from({ length: 20 }, () => store.check()));
});

onDisk(`an object larger than the whole file system is refused for its size${why}`, async () => {
  disk = makeSmallFileSystem(2);
  const store = await openFolderStore(`${disk.path}/store`, async () => "");
  for (const options of [{ size: 3 * 2 ** 20 }, {}]) {
    const body = Buffer.alloc(3 * 2 ** 20);
    await expect(store.put(bucket, "large", body, options)).rejects.toMatchObject({
      status: 413,
      message: "The object has 3 MB, and the whole file system of the store has 2 MB.",
    });
    await store.check();
  }
  await store.put(bucket, "small", megabyte);
});

onDisk(`a worker's uploads to a full store fail for the store's reason${why}`, async () => {
  disk = makeSmallFileSystem(2);
  const { store, faults, close } = await folderStoreWithUrls(`${disk.path}/store`);
  const file = join(folder, "result");
  writeFileSync(file, Buffer.alloc(300_000, 1));
  const upload = async (name: string) => {
    const url = await store.signedUrl("PUT", bucket, name, 100, "internal");
    return uploadFile({ name, method: "PUT", url }, file, new AbortController().signal);
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) => upload(`${index}`)),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.length).toBeGreaterThanOrEqual(12 - 6);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(StoreError);
  const { reason } = refused[0] as PromiseRejectedResult;
  expect(reason.message).toBe(
    "The store answered the result with 507: The store is full: no space is left on the device " +
      "(ENOSPC).",
  );
  expect(faults).toEqual([]);
  await close();
});

onDisk(`a read-only store is a 503 that says so${why}`, async () => {
  disk = makeSmallFileSystem(8);
  const store = await openFolderStore(`${disk.path}/store`, async () => "");
  disk.setReadOnly(true);
  for (const failed of [failure(store.put(bucket, "x", megabyte)), failure(store.check())]) {
    const error = await failed;
    expect(error.message).toContain("the file system is read-only (EROFS)");
    expect(error.status).toBe(503);
  }
  disk.setReadOnly(false);
  await store.put(bucket, "x", megabyte);
});
