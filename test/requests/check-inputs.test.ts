// What is known of a file before anybody reads it is said at submit.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { RequestError } from "../../src/errors.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { openRequestStates } from "../../src/requests/state.ts";
import type { SubmitInput } from "../../src/requests/views.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder("check-inputs");
const starred = join(folder, "a*.csv");
const accented = join(folder, "\u00e9*.csv");
const accentedFolder = "\u00fc";
let ledger: Ledger;

beforeAll(async () => {
  mkdirSync(join(folder, "below"));
  mkdirSync(join(folder, accentedFolder.normalize("NFD")));
  mkdirSync(join(folder, "table.parquet"));
  symlinkSync(join(folder, "below"), join(folder, "link"));
  symlinkSync("/etc", join(folder, "out"));
  writeFileSync(join(folder, "a.csv"), "x\n1\n");
  writeFileSync(starred, "x\n1\n");
  writeFileSync(accented.normalize("NFD"), "x\n1\n");
  ledger = await openLedger({
    env: { RUNNER: "local", INPUT_ROOTS: folder, INPUT_HOSTS: "data.example.org" },
    scheduler: false,
  });
});
afterAll(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true });
});

const select = { generator: "sql", format: "csv", decimals: "keep", selection: "select 1 as x" };

async function outcomeOf(
  dataset: SubmitInput["dataset"],
): Promise<{ status: number; message: string; pointers: string[] }> {
  const steps = [{ operation: "transform", settings: select }];
  try {
    await submit(ledger.ctx, local, { dataset, steps });
    return { status: 201, message: "", pointers: [] };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { status, message, errors } = error;
    return { status, message, pointers: errors.map(({ pointer }) => pointer) };
  }
}

const outside = "is not below a folder that may be read (INPUT_ROOTS).";
const schemes =
  "cannot be an input: inputs are absolute paths, file://, http://, https:// and s3:// (of the " +
  "hosts in INPUT_HOSTS).";

test.each([
  ["/etc/passwd", `/etc/passwd ${outside}`],
  ["file:///etc/passwd", `file:///etc/passwd ${outside}`],
  [`${folder}/../etc/passwd`, `${folder}/../etc/passwd ${outside}`],
  [`${folder}//../../a.csv`, `${folder}//../../a.csv ${outside}`],
  [`${folder}/below/../../a.csv`, `${folder}/below/../../a.csv ${outside}`],
  [`${folder}-other/a.csv`, `${folder}-other/a.csv ${outside}`],
  ["run7/a.csv", "run7/a.csv is not an absolute path."],
  ["~/a.csv", "~/a.csv is not an absolute path. Only a shell knows what ~ stands for."],
  ["root://eos.example.org//a.root", `root://eos.example.org//a.root ${schemes}`],
  ["gsiftp://a:secret@x.example.org/a", `gsiftp://[redacted]@x.example.org/a ${schemes}`],
  [
    "https://elsewhere.example.org/a.csv",
    'The host "elsewhere.example.org" is not in INPUT_HOSTS, the list of hosts that inputs may ' +
      "come from.",
  ],
  [
    "s3://bucket/a.csv",
    'The host "bucket.s3.amazonaws.com" is not in INPUT_HOSTS, the list of hosts that inputs ' +
      "may come from.",
  ],
  [
    `${folder}/*.csv`,
    `${folder}/*.csv is a pattern, and a list has the files themselves: give the pattern as the ` +
      `dataset dir://${folder}/*.csv.`,
  ],
  [
    `${folder}/below`,
    `${folder}/below is a folder, and a list has the files themselves: give the folder as the ` +
      `dataset dir://${folder}/below.`,
  ],
  [
    `${folder}/below/`,
    `${folder}/below is a folder, and a list has the files themselves: give the folder as the ` +
      `dataset dir://${folder}/below.`,
  ],
  [
    `file://${folder}/table.parquet`,
    `${folder}/table.parquet is a folder, and a list has the files themselves: give the folder ` +
      `as the dataset dir://${folder}/table.parquet.`,
  ],
  [
    `${folder}/link`,
    `${folder}/link is a folder, and a list has the files themselves: give the folder as the ` +
      `dataset dir://${folder}/link.`,
  ],
  [
    `file://${folder}/belwo/a.csv`,
    `There is no folder ${folder}/belwo, for ${folder}/belwo/a.csv.`,
  ],
  [`${folder}/belwo/a.csv`, `There is no folder ${folder}/belwo, for ${folder}/belwo/a.csv.`],
  [
    `${folder}/a.csv/b.csv/c`,
    `There is no folder ${folder}/a.csv/b.csv, for ${folder}/a.csv/b.csv/c.`,
  ],
])("a request for %s is refused", async (location, message) => {
  expect(await outcomeOf({ files: [location] })).toEqual({
    status: 422,
    message,
    pointers: ["/dataset/files/0"],
  });
});

test("of many files the first three that are refused are named, and the rest counted", async () => {
  const files = ["/a", join(folder, "a.csv"), "/b", ["/c", "/d"], "/e", "/f"];
  expect(await outcomeOf({ files })).toEqual({
    status: 422,
    message: `5 of 6 files cannot be read: /a ${outside} /b ${outside} /c ${outside} And 2 more.`,
    pointers: ["/dataset/files/0", "/dataset/files/2", "/dataset/files/3"],
  });
});

test("folders among 100,000 files are found, and the first three are named", async () => {
  const files = Array.from({ length: 100_000 }, (_, at) => join(folder, `below/${at}.csv`));
  const below = join(folder, "below");
  files.splice(70_000, 0, below, `${below}/`, below, below);
  const { status, message, pointers } = await outcomeOf({ files });
  expect(status).toBe(422);
  expect(message).toMatch(/^4 of 100004 files cannot be read: .* And 1 more\.$/);
  expect(pointers).toEqual([70_000, 70_001, 70_002].map((at) => `/dataset/files/${at}`));
});

test.each([
  ["a file that is missing, which may appear", join(folder, "missing.csv")],
  ["a file of a folder written with other accents", join(folder, accentedFolder, "a.csv")],
  ["a missing file with one replica elsewhere", ["/etc/passwd", join(folder, "no/a.csv")]],
  ["a missing file with signs in its name", join(folder, "u@x+y (1) [2]!.csv")],
  ["a link that leads out of the roots, whatever is there", join(folder, "out")],
  ["a file whose name has a star", starred],
  ["a file whose name has a star and an accent", accented.normalize("NFC")],
  ["a file of a host that is allowed", "https://data.example.org/a*.csv"],
  ["a file with one replica that can be read", ["/etc/passwd", join(folder, "a.csv")]],
])("%s is accepted", async (_name, file) => {
  expect(await outcomeOf({ files: [file] })).toMatchObject({ status: 201 });
});

test.each([
  ["where workers are started by others", { RUNNER: "external" }],
  ["by a process that starts no workers", { RUNNER: "local", ROLES: "api" }],
])("a request %s is accepted: workers elsewhere know what they may read", async (_name, env) => {
  const elsewhere = await openLedger({ env, scheduler: false });
  const dataset = { files: ["root://eos.example.org//a.root", "/elsewhere/a.csv"] };
  const steps = [{ operation: "transform", settings: select }];
  const { request } = await submit(elsewhere.ctx, local, { dataset, steps });
  expect(openRequestStates).toContain(request.state);
  await elsewhere.close();
});

test("an operation that opens no file takes any name", async () => {
  const dataset = { files: ["root://eos.example.org//a.root"] };
  const { request } = await submit(ledger.ctx, local, {
    dataset,
    steps: [{ operation: "noop", settings: {} }],
  });
  expect(openRequestStates).toContain(request.state);
});

test.each([
  ["dir:///etc", "/etc is not below a folder that inputs may be read from (INPUT_ROOTS)."],
  [`dir://${folder}/none/*.csv`, `There is no folder ${folder}/none.`],
])("the dataset %s is refused", async (did, message) => {
  expect(await outcomeOf({ did })).toEqual({
    status: 400,
    message,
    pointers: ["/dataset/did"],
  });
});

test("a folder is accepted, whatever is in it now", async () => {
  expect(await outcomeOf({ did: `dir://${folder}/below` })).toMatchObject({ status: 201 });
});
