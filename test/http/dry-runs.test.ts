// The query on the first file, before anything is submitted: what a worker would make of it.
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processorTime } from "../../src/operations/transform/sql/processor-time.ts";
import { openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
import { processes } from "../support/processes.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const root = temporaryFolder("dry-runs");
const at = (name: string) => join(root, name);
const web = createServer(({ url, headers }, response) => {
  const isAnn = headers.authorization === `Basic ${btoa("ann:secret")}`;
  response.writeHead(url === "/a.csv.gz" && isAnn ? 200 : 401);
  response.end(gzipSync("x\n7\n"));
});
let service: Service;

beforeAll(async () => {
  for (const folder of ["run7", "run8", "empty"]) mkdirSync(at(folder));
  writeFileSync(at("a.csv"), "station,temp\nA,3.5\nB,\n");
  writeFileSync(at("run7/a.csv"), "x\n1\n");
  writeFileSync(at("run7/b.csv"), "x\n2\n");
  writeFileSync(at("run8/list.csv"), `x\n${Array.from({ length: 12 }, (_, i) => i).join("\n")}\n`);
  writeFileSync(at("wide.csv"), `text\n${"z".repeat(600_000)}\n${"z".repeat(600_000)}\n`);
  await writeTable(
    at("exact.parquet"),
    `select 9223372036854775807 as big, 0.1::decimal(38, 20) as precise, 'nan'::double as nothing,
       timestamp '2024-01-01 00:00:00.123456' as at, '\\xAA'::blob as bytes, null::integer as none,
       [18446744073709551615::ubigint] as list, {'d': 1.50::decimal(5, 2)} as struct
     from range(11)`,
  );
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  service = await startService({
    INPUT_ROOTS: root,
    INPUT_HOSTS: `127.0.0.1:${(web.address() as AddressInfo).port}`,
    OPERATIONS: "transform,noop",
    VALID_DID_SCHEMES: "rucio",
  });
});
afterAll(async () => {
  await service?.remove();
  web.close();
  rmSync(root, { recursive: true, force: true });
});

type Dataset = { files: (string | string[])[] } | { did: string };

interface Problem {
  status: number;
  type: string;
  detail: string;
}

function send(path: string, dataset: Dataset, selection: string, step: object = {}) {
  return fetch(`${service.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset, steps: [{ operation: "transform", selection, ...step }] }),
  });
}

async function dryRun(dataset: Dataset, selection = "select * from input", step: object = {}) {
  const response = await send("/v1/dry-runs", dataset, selection, step);
  const answer = (await response.json()) as Record<string, unknown>;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

async function refused(dataset: Dataset, selection = "select * from input", step: object = {}) {
  const response = await send("/v1/dry-runs", dataset, selection, step);
  const { status, type, detail } = (await response.json()) as Problem;
  return { status, type: type.replace("urn:longshore:problem:", ""), detail };
}

/** What a worker says of the first file of a request. */
async function failureOf(dataset: Dataset, selection: string): Promise<string> {
  const { id } = (await (await send("/v1/requests", dataset, selection)).json()) as { id: string };
  return until(async () => {
    const response = await fetch(`${service.url}/v1/requests/${id}/files?state=failed`);
    const { items } = (await response.json()) as { items: { error: { message: string } }[] };
    return items[0]?.error.message;
  });
}

const queryProcesses = ({ pid }: Service) =>
  processes("sql/program").filter(({ parent }) => parent === pid);

/** The number of rows of each table but the one in which a service says that it runs. */
async function rows(): Promise<Record<string, string>> {
  const client = new Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables
       WHERE schemaname = 'public' AND tablename <> 'service_beats' ORDER BY 1`,
    );
    const counted: Record<string, string> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM "${name}"`);
      counted[name] = rows[0]?.n ?? "";
    }
    return counted;
  } finally {
    await client.end();
  }
}

const kept = () =>
  readdirSync(service.dataDir, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.startsWith("postgres"))
    .filter((path) => !["checks", "dry-runs"].includes(path))
    .sort();

test("columns, rows and how the file was read; nothing is left of it", async () => {
  const before = [await rows(), kept()];
  const found = await dryRun(
    { files: [at("a.csv"), at("missing.csv")] },
    "select station, temp * 2 as doubled from input",
  );
  expect(found).toEqual({
    file: at("a.csv"),
    read_as: expect.objectContaining({ format: "csv", columns: ["station", "temp"] }),
    columns: [
      { name: "station", type: "VARCHAR" },
      { name: "doubled", type: "DOUBLE" },
    ],
    rows: [
      ["A", 7],
      ["B", null],
    ],
    more: false,
    notes: [],
  });
  await refused({ files: [at("missing.csv")] });
  await dryRun({ did: `dir://${root}/run7` });
  expect([await rows(), kept()]).toEqual(before);
});

test("of a Parquet file the first ten rows, each value exact, with the types of the result", async () => {
  const found = await dryRun(
    { files: [at("exact.parquet")] },
    "select *, big::hugeint as huge, '-0.0'::double as minus, [minus, 0.5] as minuses from input",
  );
  expect(found).toMatchObject({ more: true, notes: [] });
  expect(found.rows).toHaveLength(10);
  const row = [
    "9223372036854775807",
    "0.10000000000000000000",
    "NaN",
    "2024-01-01 00:00:00.123456",
    "\\xAA",
    null,
    ["18446744073709551615"],
    { d: "1.50" },
    "9223372036854775807",
    "-0.0",
    ["-0.0", 0.5],
  ];
  expect(found.rows).toEqual(Array.from({ length: 10 }, () => row));
  expect((found.columns as { type: string }[]).map(({ type }) => type)).toEqual([
    "BIGINT",
    "DECIMAL(38,20)",
    "DOUBLE",
    "TIMESTAMP",
    "BLOB",
    "INTEGER",
    "UBIGINT[]",
    'STRUCT("d" DECIMAL(5,2))',
    // As it is written
    "BIGINT",
    "DOUBLE",
    "DOUBLE[]",
  ]);
  const doubles = { format: "csv", decimals: "double" };
  const written = await dryRun(
    { files: [at("exact.parquet")] },
    "select precise from input",
    doubles,
  );
  expect(written.columns).toEqual([{ name: "precise", type: "DOUBLE" }]);
});

test("of a folder the first file by its name, of a pattern the first that matches", async () => {
  expect(await dryRun({ did: `dir://${root}/run7` })).toMatchObject({ file: at("run7/a.csv") });
  expect(await dryRun({ did: `dir://${root}/**/b*.csv?files=3` })).toMatchObject({
    file: at("run7/b.csv"),
    rows: [["2"]],
  });
  expect(await dryRun({ did: `dir://${root}/run8/list.csv` })).toMatchObject({ more: true });
});

test("a dataset without a file says why", async () => {
  const found = await dryRun({ did: `dir://${root}/empty/*.csv` });
  expect(found).toMatchObject({ file: null, rows: [], notes: [/matches "\*\.csv"/] });
  expect(await dryRun({ files: [] })).toMatchObject({ notes: ["The list has no files."] });
});

test("the second replica is read where the first is not there", async () => {
  const found = await dryRun({ files: [[at("missing.csv"), at("run7/a.csv")]] });
  expect(found).toMatchObject({ file: at("run7/a.csv"), rows: [["1"]] });
});

test("an address is read with its password and shown without it, gzip and all", async () => {
  const { port } = web.address() as AddressInfo;
  const found = await dryRun({ files: [`http://ann:secret@127.0.0.1:${port}/a.csv.gz`] });
  expect(found.rows).toEqual([["7"]]);
  expect(JSON.stringify(found)).not.toContain("secret");
  const wrong = await refused({ files: [`http://ann:wrong@127.0.0.1:${port}/a.csv.gz`] });
  expect(wrong).toMatchObject({ status: 422, type: "file_forbidden" });
  expect(JSON.stringify(wrong)).not.toContain("wrong");
});

test("rows that are too large are left out whole, and that is said", async () => {
  const found = await dryRun({ files: [at("wide.csv")] });
  expect(found).toMatchObject({ more: true, notes: [/only the first 1 rows are shown/] });
  expect(found.rows).toEqual([["z".repeat(600_000)]]);
});

describe("a failure has the sentence that a worker gives the file", () => {
  test.each([
    ["a name that no column has", "run7/a.csv", "select nope from input"],
    ["a value that cannot be cast", "a.csv", "select station::integer as s from input"],
    ["a result that Parquet cannot hold", "exact.parquet", "select 'inf'::date as d from input"],
  ])("%s", async (_, name, selection) => {
    // By its folder, so that a submit does not know it
    const dataset = { did: `dir://${at(name)}` };
    const { status, type, detail } = await refused(dataset, selection);
    expect(status).toBe(422);
    expect(type).toMatch(/^file_bad_(query|input)$/);
    expect(detail).toBe(await failureOf(dataset, selection));
  });

  test("text in another encoding whose gzip breaks off, which a submit takes", async () => {
    const text = Array.from({ length: 50_000 }, (_, at) => `${at},caf\xe9`).join("\n");
    const whole = gzipSync(Buffer.from(`x,y\n${text}\n`, "latin1"));
    writeFileSync(at("half.csv.gz"), whole.subarray(0, whole.length / 2));
    const dataset = { files: [at("half.csv.gz")] };
    const read = { read: { encoding: "latin-1" } };
    const selection = "select x from input";
    expect(await refused(dataset, selection, read)).toEqual({
      status: 422,
      type: "file_bad_input",
      detail: `${at("half.csv.gz")} cannot be unpacked: unexpected end of file.`,
    });
    expect((await send("/v1/requests", dataset, selection, read)).status).toBe(201);
  });

  test("a folder among replicas, of which a submit knows nothing", async () => {
    const { type, detail } = await refused({ files: [[at("run7"), at("run8")]] });
    expect(type).toBe("file_bad_input");
    expect(detail).toContain(`give the folder as the dataset dir://${at("run7")}.`);
  });

  test("a file that is not there", async () => {
    const dataset = { files: [at("missing.csv")] };
    expect(await refused(dataset)).toEqual({
      status: 422,
      type: "file_not_found",
      detail: await failureOf(dataset, "select * from input"),
    });
  });
});

describe("what a submit refuses is refused", () => {
  test.each([
    ["copy (select 1) to '/tmp/x'", /one SELECT statement/],
    ["select * from read_csv('/etc/passwd')", /read_csv is not taken/],
    ["select 1; select 2", /this is 2/],
    ["select nope from input", /"nope" not found/],
  ])("%s", async (selection, detail) => {
    const dataset = { files: [at("a.csv")] };
    const submitted = await send("/v1/requests", dataset, selection);
    const { status, type, detail: sentence } = (await submitted.json()) as Problem;
    expect(await refused(dataset, selection)).toEqual({
      status,
      type: type.replace("urn:longshore:problem:", ""),
      detail: sentence,
    });
    expect(sentence).toMatch(detail);
  });

  test("files outside INPUT_ROOTS, and folders that are not there", async () => {
    expect(await refused({ files: ["/etc/passwd"] })).toMatchObject({
      status: 422,
      type: "unreadable_files",
    });
    expect(await refused({ did: "dir:///etc" })).toMatchObject({ status: 400 });
    expect(await refused({ did: `dir://${root}/nothing` })).toMatchObject({
      status: 400,
      detail: `There is no folder ${root}/nothing.`,
    });
  });
});

test("what has no dry run says so", async () => {
  const noop = await fetch(`${service.url}/v1/dry-runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset: { files: [at("a.csv")] }, steps: [{ operation: "noop" }] }),
  });
  expect(await noop.json()).toMatchObject({
    status: 422,
    type: "urn:longshore:problem:no_dry_run",
    detail: 'The operation "noop" has no dry run; these have one: transform.',
  });
  expect(await refused({ did: "rucio://user.ann:run7" })).toMatchObject({
    status: 422,
    type: "no_dry_run",
    detail: expect.stringContaining("found by a service outside of this one"),
  });
});

test("where the workers are elsewhere, a file that is not here may be there", async () => {
  const api = await openApi({ env: { INPUT_ROOTS: root }, scheduler: false });
  try {
    const steps = [{ operation: "transform", selection: "select * from input" }];
    const of = async (file: string) =>
      (await api.post("/v1/dry-runs", { dataset: { files: [file] }, steps })).json();
    expect(await of(at("a.csv"))).toMatchObject({ file: at("a.csv"), more: false });
    expect(await of(at("there.csv"))).toMatchObject({
      status: 422,
      detail: expect.stringMatching(/^There is no file .* those elsewhere may have the file;/),
    });
    expect(await of("/mnt/a.csv")).toMatchObject({
      type: "urn:longshore:problem:file_forbidden",
      detail: expect.stringMatching(/INPUT_ROOTS.* those elsewhere may have the file;/),
    });
  } finally {
    await api.close();
  }
});

describe("a query without an end", () => {
  const endless = "select count(*) from range(1000000000000) a, input";
  const body = (selection: string) =>
    JSON.stringify({
      dataset: { files: [at("a.csv")] },
      steps: [{ operation: "transform", selection }],
    });
  /** The process of a query that computes; others wait for the next query. */
  async function computing(): Promise<number> {
    const first = new Map<number, number>();
    return until(async () => {
      for (const { pid } of queryProcesses(service)) {
        const had = (await processorTime(pid))?.had ?? 0;
        if (had - (first.get(pid) ?? had) > 0.5) return pid;
        first.set(pid, first.get(pid) ?? had);
      }
      return undefined;
    });
  }

  test("ends with its caller", async () => {
    const leaving = new AbortController();
    const asked = fetch(`${service.url}/v1/dry-runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: body(endless),
      signal: leaving.signal,
    });
    asked.catch(() => undefined);
    const computes = await computing();
    leaving.abort();
    await expect(asked).rejects.toThrow("abort");
    const soon = { timeoutSeconds: 10 };
    await until(() => queryProcesses(service).every(({ pid }) => pid !== computes), soon);
    await until(() => readdirSync(join(service.dataDir, "dry-runs")).length === 0);
  });

  test("is one of a few: the next are told to come later, and served when it has ended", async () => {
    const leaving = new AbortController();
    const call = (selection: string, signal?: AbortSignal) =>
      fetch(`${service.url}/v1/dry-runs`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: body(selection),
        ...(signal && { signal }),
      });
    const answers: Response[] = [];
    const asked = Array.from({ length: 8 }, () =>
      call(endless, leaving.signal).then(
        (answer) => void answers.push(answer),
        () => undefined,
      ),
    );
    await until(() => answers.length === 2);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("10");
      expect(await answer.json()).toMatchObject({
        detail: "Too many dry runs are going on now.",
      });
    }
    leaving.abort();
    await Promise.all(asked);
    const after = await until(async () => {
      const answer = await call("select * from input");
      return answer.status === 200 && answer;
    });
    expect(await after.json()).toMatchObject({ file: at("a.csv") });
  });

  test("ends when its time is up, and says so", async () => {
    const quick = await startService({ INPUT_ROOTS: root, DRY_RUN_SECONDS: "2" });
    try {
      const answer = await fetch(`${quick.url}/v1/dry-runs`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: body(endless),
      });
      expect(await answer.json()).toMatchObject({
        status: 422,
        type: "urn:longshore:problem:dry_run_too_long",
        detail: expect.stringContaining("longer than 2 seconds (DRY_RUN_SECONDS)"),
      });
      // That of the check is kept for the next one
      await until(() => queryProcesses(quick).length <= 1, { timeoutSeconds: 10 });
      expect(readdirSync(join(quick.dataDir, "dry-runs"))).toEqual([]);
    } finally {
      await quick.remove();
    }
  });
});
