// A worker that may not read the inputs of a request gives them back, whole, and says why.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { Longshore, type RequestNow } from "../../src/client/client.ts";
import { type Running, startCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("no-access");
const data = join(folder, "data");
const elsewhere = join(folder, "elsewhere");
for (const made of [data, elsewhere]) mkdirSync(made);
const files = Array.from({ length: 12 }, (_, index) => join(data, `${index}.csv`));
for (const file of files) writeFileSync(file, "x\n1\n2\n");
const secret = join(elsewhere, "secret.csv");
writeFileSync(secret, "x\n7\n");
const link = join(data, "link.csv");
symlinkSync(secret, link);

let service: Service;
let workers: Running[] = [];
afterEach(async () => {
  for (const { child } of workers) child.kill("SIGTERM");
  await Promise.all(workers.map(({ ended }) => ended));
  workers = [];
  await service.remove();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(env: Record<string, string>): Promise<Longshore> {
  service = await startService({ INPUT_ROOTS: data, SWEEP_SECONDS: "0.2", ...env });
  return new Longshore({ url: service.url });
}

/** In a folder that is neither the service's nor a root. */
function work(name: string, env: Record<string, string> = {}): Running {
  const args = ["worker", "--url", service.url, "--operations", "transform", "--name", name];
  const worker = startCli(args, { cwd: elsewhere, env });
  workers.push(worker);
  return worker;
}

async function submit(client: Longshore, names = files): Promise<string> {
  const steps = [{ operation: "transform", selection: "select x from input" } as const];
  return (await client.submit({ dataset: { files: names }, steps })).id;
}

const ended = (client: Longshore, id: string) =>
  until(async () => {
    const request = await client.get(id);
    return ["complete", "failed"].includes(request.state) ? request : undefined;
  });
const sentenceOf = ({ waiting }: RequestNow) => waiting?.sentence ?? "";

test("a worker started in another folder of the machine reads what its service may read", async () => {
  const client = await start({ RUNNER: "external" });
  work("neighbour");
  const id = await submit(client);
  expect((await ended(client, id)).counters).toMatchObject({ done: 12, failed: 0 });
});

test("files outside a worker's own roots cost no try, say what to set, and wait for another", async () => {
  const client = await start({ RUNNER: "external", FILE_ATTEMPTS: "1" });
  const stranger = work("stranger", { INPUT_ROOTS: elsewhere });
  const id = await submit(client);
  const waiting = await until(async () => {
    const request = await client.get(id);
    return sentenceOf(request).includes("given back by stranger") ? request : undefined;
  });
  expect(sentenceOf(waiting)).toContain("is not below a folder that may be read (INPUT_ROOTS)");
  expect(sentenceOf(waiting)).toContain(
    "A worker whose INPUT_ROOTS, INPUT_HOSTS and user allow it",
  );
  await until(() => stranger.stderr().includes("this worker may not read an input"));
  // What it may read is not kept waiting behind what it may not.
  const other = await submit(client, [secret]);
  expect((await ended(client, other)).counters).toMatchObject({ done: 1 });
  await until(async () => (await client.get(id)).counters.queued === 0);
  const once = await client.file(id, (await client.files(id)).items[0]?.file ?? 0);
  expect(once.given_back).toMatchObject({ times: 1, workers: ["stranger"], withheld: true });
  work("neighbour");
  expect((await ended(client, id)).counters).toMatchObject({ total: 12, done: 12, failed: 0 });
});

test("beside workers that may read them, a worker that may not fails no file", async () => {
  const client = await start({ LOCAL_WORKERS: "1", FILE_ATTEMPTS: "1" });
  work("stranger", { INPUT_ROOTS: elsewhere });
  await until(async () => workers[0]?.stderr().includes("the worker takes work"));
  const ids = await Promise.all([submit(client), submit(client), submit(client)]);
  for (const id of ids)
    expect((await ended(client, id)).counters).toMatchObject({ done: 12, failed: 0 });
});

test("a link that leads out of the roots of the service itself fails at once", async () => {
  const client = await start({ LOCAL_WORKERS: "1" });
  const id = await submit(client, [link]);
  expect((await ended(client, id)).counters).toMatchObject({ failed: 1 });
});
