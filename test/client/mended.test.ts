// Really broken input, mended on disk and redriven into the same request; the receipt tells it all.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { runCliInside } from "../support/cli-inside.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";

const years = [2012, 2013, 2014, 2015];
const broken = [2013, 2014];
const original = (year: number) =>
  new URL(`../../doc/examples/seattle-${year}.parquet`, import.meta.url).pathname;

let service: Service;
let cwd: string;
let id: string;

beforeAll(async () => {
  cwd = temporaryFolder("mended");
  for (const year of years) {
    copyFileSync(original(year), `${cwd}/${year}.parquet`);
    if (broken.includes(year)) truncateSync(`${cwd}/${year}.parquet`, 3000);
  }
  service = await startService({ INPUT_ROOTS: cwd });
}, 120_000);

afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

const longshore = (...args: string[]) =>
  runCliInside(args, { cwd, env: { LONGSHORE_URL: service.url } });
const json = async <Answer>(...args: string[]) =>
  JSON.parse((await longshore(...args, "--json")).stdout) as Answer;

test("truncated Parquet files are one group of failures, in DuckDB's words", async () => {
  const sql = "select count(*) as days, max(temp_max) as warmest from input";
  const ran = await longshore("submit", "--files", "*.parquet", "--sql", sql, "--wait", "--json");
  expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("2 of 4 files done, 2 failed"),
  });
  id = (JSON.parse(ran.stdout) as { id: string }).id;

  const { items } = await json<{ items: object[] }>("errors", id);
  expect(items).toMatchObject([
    {
      class: "bad_input",
      count: 2,
      share: 1,
      examples: [{ message: expect.stringContaining("2013.parquet") }, {}],
    },
  ]);
  const table = await longshore("errors", id);
  expect(table.stdout).toMatch(/^ERROR +CLASS +FILES +SHARE +E\.G\. FILE +MESSAGE\n/);
  expect(table.stdout).toMatch(/\n[0-9a-f]{16} +bad_input +2 +100 % +\d+ +.*2013\.parquet/);
  expect(table.stdout).not.toContain("<path>");
  expect(table.stderr).toMatch(/: node \S+main\.js redrive \S+ --error [0-9a-f]{16}\n$/);
});

test("repaired on disk and redriven, they succeed in the same request, and earlier results stay", async () => {
  const { items } = await json<{ items: { fingerprint: string }[] }>("errors", id);
  for (const year of broken) copyFileSync(original(year), `${cwd}/${year}.parquet`);
  const wrong = await longshore("redrive", id, "--error", "0000000000000000");
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("None of the chosen")]);

  const ran = await longshore("redrive", id, "--error", items[0]?.fingerprint ?? "", "--wait");
  expect(ran.stderr).toMatch(
    /^2 files are tried again in round 2\n[\s\S]*complete: 4 of 4 files done\n$/,
  );
  expect(ran.code).toBe(0);
  expect((await longshore("redrive", id)).code).toBe(2);

  expect((await longshore("download", id, "out")).code).toBe(0);
  const results = await rowsOf(
    `select days::int, warmest from '${cwd}/out/*.parquet' order by all`,
  );
  expect(results).toEqual(
    await rowsOf(
      `select count(*)::int, max(temp_max) from '${cwd}/*.parquet' group by filename order by all`,
    ),
  );
});

test("the receipt accounts for every file, and is verified offline and after the request is deleted", async () => {
  const printed = await longshore("receipt", id);
  expect(printed.code).toBe(0);
  const { receipt } = JSON.parse(printed.stdout) as {
    receipt: { results: { items: { checksum: string; name: string }[] } };
  };
  expect(receipt).toMatchObject({
    request: { id, state: "complete", round: 2 },
    inputs: { files: 4 },
    rounds: [
      { done: 2, failed: 2, redriven: 0 },
      { done: 2, failed: 0, redriven: 2 },
    ],
    failures: { files: 0, groups: [], overcome: [{ class: "bad_input" }] },
    results: { count: 4 },
  });
  const paths = new Map(
    readFileSync(`${cwd}/out/longshore-manifest.jsonl`, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { path: string; result: string })
      .map(({ path, result }) => [result, path]),
  );
  for (const { name, checksum } of receipt.results.items)
    expect(checksum).toBe(sha256(readFileSync(`${cwd}/out/${paths.get(name)}`)));

  writeFileSync(`${cwd}/receipt.json`, printed.stdout);
  writeFileSync(`${cwd}/changed.json`, printed.stdout.replace('"failed": 2', '"failed": 1'));
  writeFileSync(
    `${cwd}/keys.json`,
    await (await fetch(`${service.url}/.well-known/longshore-keys`)).text(),
  );
  const good = await longshore("receipt", id, "--verify", "receipt.json");
  expect([good.code, good.stdout]).toEqual([
    0,
    expect.stringContaining(
      "complete after 2 rounds, 4 of 4 files done, inputs of 4 files recorded, " +
        "4 results; signed by key",
    ),
  ]);
  const bad = await longshore("receipt", "--verify", "changed.json");
  expect([bad.code, bad.stdout]).toEqual([
    1,
    "Not valid: The signature does not match: the receipt is not as it was signed.\n",
  ]);

  expect((await longshore("delete", id)).code).toBe(0);
  expect((await longshore("show", id)).code).toBe(2);
  expect((await longshore("receipt", id)).stdout).toBe(printed.stdout);

  await service.stop();
  const nowhere = { LONGSHORE_URL: "http://127.0.0.1:1" };
  const offline = await runCli(["receipt", "--verify", "receipt.json", "--key", "keys.json"], {
    cwd,
    env: nowhere,
  });
  expect([offline.code, offline.stderr]).toEqual([0, ""]);
  expect((await runCli(["receipt", "--verify", "receipt.json"], { cwd, env: nowhere })).code).toBe(
    4,
  );
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
