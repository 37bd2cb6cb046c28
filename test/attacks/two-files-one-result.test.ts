// A user asks for two files whose workers name their objects alike, `x/y` and `x:y`, and gets the
// result of one of them twice.
import { S3ServiceException } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";
import { until } from "../support/wait.ts";
import { call, resultsOf } from "./uploads.ts";

let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX();
});
afterAll(async () => {
  expect(await servicex.violations()).toEqual([]);
  await servicex.remove();
});

const paths = ["root://host//x/y", "root://host//x:y"];
const shared = "root:::host::x:y.parquet";

interface Pair {
  id: string;
  first: number;
  second: number;
}

async function pair(): Promise<Pair> {
  const id = await servicex.submit({ "file-list": paths });
  await servicex.reached(id, "Running", 2);
  const [first = 0, second = 0] = await servicex.files(id);
  await isQueued(id, first);
  return { id, first, second };
}

async function stateOf(id: string, file: number): Promise<string> {
  const path = `/v1/requests/${id}/files/${file}`;
  return (await call<{ state: string }>(servicex.service, path)).state;
}

const isQueued = (id: string, file: number) =>
  until(async () => (await stateOf(id, file)) === "queued", { what: `file ${file} queued` });

async function report({ id, first }: Pair, file: number): Promise<string> {
  const path = paths[file === first ? 0 : 1];
  return (await servicex.report(id, file, "success", { "file-path": path })).body;
}

const refusedUpload = (id: string, content: string) =>
  servicex.store(id, shared, content).then(
    () => undefined,
    (error: unknown) =>
      error instanceof S3ServiceException ? error.$metadata.httpStatusCode : error,
  );

/** The content of each file's result, as the user downloads it. */
async function contents(id: string): Promise<string[]> {
  const results = await resultsOf(servicex.service, id);
  expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
  return Promise.all(results.map(async ({ url }) => (await fetch(url)).text()));
}

test("the second file goes to a worker only when the first has its result under a name of its own", async () => {
  const files = await pair();
  const { id, first, second } = files;
  expect(await stateOf(id, second)).toBe("waiting");
  await servicex.store(id, shared, "of x/y");
  expect(await report(files, first)).toBe("Ok");
  await isQueued(id, second);
  await servicex.store(id, shared, "of x:y");
  expect(await report(files, second)).toBe("Ok");
  expect(await servicex.reached(id, "Complete")).toMatchObject({ "files-completed": 2 });
  expect(await contents(id)).toEqual(["of x/y", "of x:y"]);
});

test("a report of the second file, while the first is worked on, takes nothing", async () => {
  const files = await pair();
  const { id, first, second } = files;
  await servicex.store(id, shared, "of x/y");
  expect(await report(files, second)).toBe("Ignoring duplicate result report");
  expect(await report(files, first)).toBe("Ok");
  await isQueued(id, second);
  expect(await contents(id)).toEqual(["of x/y"]);
});

test("a worker that stored nothing does not get what the first file's worker stored", async () => {
  const files = await pair();
  const { id, first, second } = files;
  await servicex.store(id, shared, "of x/y");
  await report(files, first);
  await isQueued(id, second);
  await report(files, second);
  expect(await servicex.read(id)).toMatchObject({ "files-completed": 1 });
  expect(await contents(id)).toEqual(["of x/y"]);
});

test("where a worker overlooks that its upload was refused, nobody's object counts, and both do it again", async () => {
  const files = await pair();
  const { id, first, second } = files;
  await servicex.store(id, shared, "of a worker that was given up");
  expect(await refusedUpload(id, "of x/y")).toBe(409);
  await report(files, first);
  expect(await contents(id)).toEqual([]);
  expect(await servicex.read(id)).toMatchObject({ "files-completed": 0, "files-failed": 0 });
  // The first waits a second before its next try, and the second may be worked on meanwhile.
  for (const content of ["one", "the other"]) {
    const next = await until(async () => {
      for (const file of [first, second]) if ((await stateOf(id, file)) === "queued") return file;
      return undefined;
    });
    await servicex.store(id, shared, content);
    expect(await report(files, next)).toBe("Ok");
  }
  expect(await contents(id)).toEqual(["one", "the other"]);
});
