// A receipt says which bytes went in, and the files that came out are checked against it.
import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import type { ManifestLine } from "../../src/client/manifest.ts";
import { openDb } from "../../src/db/client.ts";
import { manifestName } from "../../src/inputs/left-out.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";

const folder = temporaryFolder("inputs-read");
const out = join(folder, "out");
const file = join(folder, "a.csv");
const remote = Buffer.from("x\n10\n20\n30\n");
const remoteSum = sha256(remote);
let web: Server;
let service: Service;
let client: Longshore;
let id: string;

beforeAll(async () => {
  writeFileSync(file, "x\n1\n2\n");
  web = createServer((_, response) => response.end(remote));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const { port } = web.address() as AddressInfo;
  service = await startService({
    INPUT_ROOTS: folder,
    INPUT_HOSTS: `127.0.0.1:${port}`,
    LOCAL_WORKERS: "1",
  });
  client = new Longshore({ url: service.url });
  ({ id } = await client.submit({
    dataset: { files: [file, `http://127.0.0.1:${port}/b.csv`] },
    steps: [
      { operation: "transform", selection: "select x, x + 1 as y from input" },
      { operation: "transform", selection: "select y from input", format: "csv" },
    ],
  }));
  expect((await client.wait(id)).counters).toMatchObject({ done: 2 });
});
afterAll(async () => {
  web.close();
  await service.remove();
  rmSync(folder, { recursive: true, force: true });
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const verify = (request: string, results = out) =>
  runCli(["receipt", request, "--verify", "--results", results, "--url", service.url]);

async function inDatabase(statement: string, request: string): Promise<void> {
  const db = openDb({ url: service.databaseUrl ?? "", applicationName: "test", max: 1 });
  await db.query(statement, [request]).finally(() => db.close());
}

function manifest(): ManifestLine[] {
  const lines = readFileSync(join(out, manifestName), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as ManifestLine);
}

test("the history of a file has what each step read of it, from a disk, a server and the store", async () => {
  const { receipt } = await client.receipt(id);
  const expected = [
    { size: statSync(file).size, sha256: sha256(readFileSync(file)) },
    { size: remote.length, sha256: remoteSum },
  ];
  expect(receipt.inputs.read).toMatchObject({ files: 2, not_recorded: 0, listed: true });
  expect(receipt.inputs.read?.items).toMatchObject(
    expected.map((input) => ({ ...input, step: 1, attempt: 1 })),
  );
  for (const [index, { file }] of (receipt.inputs.read?.items ?? []).entries()) {
    const { history } = await client.file(id, file);
    const reads = history.filter(({ input }) => input !== null);
    expect(reads.map(({ step, status }) => [step, status])).toEqual([
      [1, "success"],
      [2, "success"],
    ]);
    expect(reads[0]?.input).toEqual(expected[index]);
    const shown = await runCli(["show", id, "--file", String(file), "--url", service.url]);
    expect(shown.stdout).toContain(`sha256 ${expected[index]?.sha256}`);
  }
});

test("the files of a download are checked against the receipt", async () => {
  await client.download(id, out);
  const good = await verify(id);
  expect(good.stdout).toContain("inputs of 2 files recorded");
  expect(good.stdout).toContain("2 files are as the receipt says");
  expect(good.code).toBe(0);

  const [first, second] = manifest().map(({ path }) => join(out, path));
  if (!first || !second) throw new Error("Two files were expected.");
  const bytes = readFileSync(first);
  writeFileSync(first, Buffer.from(bytes).fill("7", 2, 3));
  renameSync(second, join(folder, "taken"));
  writeFileSync(join(out, "more.csv"), "y\n");
  const bad = await verify(id);
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain("Results: 3 problems; 0 files are as the receipt says.");
  expect(bad.stdout).toMatch(/ has the checksum \w{64}, and the receipt says \w{64}\./);
  expect(bad.stdout).toMatch(/ is missing\./);
  expect(bad.stdout.split("\n")).toContain(
    "more.csv is extra: longshore-manifest.jsonl does not list it.",
  );

  truncateSync(first, 1);
  expect((await verify(id)).stdout).toContain("has 1 bytes, and the receipt says");
});

test("another request's folder, one that is no download, and many problems are told in words", async () => {
  const other = await client.submit({
    dataset: { files: [file] },
    steps: [{ operation: "transform", selection: "select x from input" }],
  });
  await client.wait(other.id);
  const ofAnother = await verify(other.id);
  expect(ofAnother.code).toBe(1);
  expect(ofAnother.stdout).toContain(`is of request ${id}, not of ${other.id}.`);
  const none = await runCli([
    ...["receipt", id, "--verify", "--results", folder, "--url", service.url],
  ]);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain(`has no ${manifestName}`);
  for (let n = 0; n < 50; n++) appendFileSync(join(out, `extra-${n}`), "");
  const many = await verify(id);
  expect(many.stdout).toMatch(/And \d+ more\./);
  expect(many.stdout.split("\n").length).toBeLessThan(30);
});

test("the folder of a receipt that does not list its results is checked against the service's list", async () => {
  const many = await client.submit({
    dataset: { files: [file] },
    steps: [{ operation: "transform", selection: "select x from input" }],
  });
  await client.wait(many.id);
  await inDatabase(
    `INSERT INTO results (request_id, file_id, step, attempt, seq, name, size, checksum)
     SELECT request_id, file_id, step, attempt, seq + n, n || '.csv', n, 'c' || n
     FROM results, generate_series(1, 10001) n WHERE request_id = $1`,
    many.id,
  );
  const download = join(folder, "listed by the service");
  mkdirSync(download);
  writeFileSync(join(download, "1.csv"), "12");
  const put = (request: string) => {
    const line = { request, path: "1.csv", result: "1.csv" };
    writeFileSync(join(download, manifestName), `${JSON.stringify(line)}\n`);
  };
  const linesOf = async () => (await verify(many.id, download)).stdout.trim().split("\n").slice(1);
  put(id);
  expect(await linesOf()).toEqual([
    "Results: 1 problem; 0 files are as the receipt says.",
    `${join(download, manifestName)} is of request ${id}, not of ${many.id}.`,
  ]);

  put(many.id);
  const [head, ...problems] = await linesOf();
  expect(head).toBe("Results: 10002 problems; 0 files are as the receipt says.");
  expect(problems).toContain("1.csv has 2 bytes, and the receipt says 1.");
  const other = "The results that the service lists now are not those of the receipt.";
  expect(problems).not.toContain(other);

  await inDatabase("UPDATE results SET size = 2 WHERE request_id = $1 AND name = '1.csv'", many.id);
  expect((await linesOf())[1]).toBe(other);
});

test("what an earlier version recorded is said to be not recorded", async () => {
  const { id: old } = await client.submit({
    dataset: { files: [file] },
    steps: [{ operation: "transform", selection: "select x from input" }],
  });
  await client.wait(old);
  await inDatabase(
    "UPDATE file_status SET input_size = NULL, input_sha256 = NULL WHERE request_id = $1",
    old,
  );
  const { receipt } = await client.receipt(old);
  expect(receipt.inputs.read).toMatchObject({ files: 0, not_recorded: 1, items: [] });
  const said = await runCli(["receipt", old, "--verify", "--url", service.url]);
  expect(said.stdout).toContain("inputs of 0 files recorded and of 1 not recorded");
});
