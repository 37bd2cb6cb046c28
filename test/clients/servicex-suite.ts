// What a physicist's script sees: a client as it is on PyPI against our service, its results
// against what DuckDB says. Each version is a file of tests of its own, so that two run at once.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violationsOf } from "../facades/servicex/violations.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf, writeTable } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";
import {
  type Client,
  makeClient,
  type Outcome,
  type Sample,
  type Version,
} from "./servicex-client.ts";

const data = temporaryFolder("inputs");
const query = "select n, m from input where n % 2 = 0";
const odd = [
  "a, b.parquet",
  "mit Umlaut ü und ß.parquet",
  `${"long".repeat(55)}.parquet`,
  "semi;colon*star.parquet",
].map((name) => join(data, "odd", name));
const same = ["one", "two"].map((folder) => join(data, folder, "same.parquet"));
const many = Array.from({ length: 500 }, (_, index) => join(data, "many", `${index}.parquet`));
const nested = ["a.parquet", "deep/er/b.parquet"].map((name) => join(data, "nested", name));
const broken = join(data, "broken.parquet");

let service: Service;

export function deliveries(version: Version): void {
  let client: Client;
  beforeAll(async () => {
    for (const folder of ["odd", "one", "two", "many", "nested/deep/er"])
      mkdirSync(join(data, folder), { recursive: true });
    for (const [index, path] of [...odd, ...same, ...nested].entries())
      await writeTable(path, `select i as n, i * ${index + 2} as m from range(100) t(i)`);
    await writeTable(many[0] ?? "", "select i as n, i as m from range(10) t(i)");
    for (const path of many.slice(1)) writeFileSync(path, readFileSync(many[0] ?? ""));
    writeFileSync(broken, "PAR1 this is none PAR1");
    service = await startService({ RUNNER: "local", INPUT_ROOTS: data });
    client = await makeClient(version, service.url);
  });
  afterAll(async () => {
    expect(await violationsOf(service)).toEqual([]);
    await service.remove();
  });

  const samples: Sample[] = [
    { name: "a list of oddly named files", files: odd, query },
    { name: "a folder", did: `dir://${data}/odd/*.parquet`, query },
    { name: "two of the same name", files: same, query },
    {
      name: "the same file twice",
      files: [same[0] ?? "", same[0] ?? ""],
      query: "select m from input",
    },
  ];

  test("delivers files that hold what DuckDB says, byte for byte as they are stored, and keeps them", async () => {
    const delivered = await client.deliver(samples);
    expect(await rowsIn(delivered[samples[0]?.name ?? ""])).toEqual(await expected(odd, query));
    expect(await rowsIn(delivered["a folder"])).toEqual(await expected(odd, query));
    expect(await rowsIn(delivered["two of the same name"])).toEqual(await expected(same, query));
    expect(await rowsIn(delivered["the same file twice"])).toEqual(
      await expected([same[0] ?? "", same[0] ?? ""], "select m from input"),
    );
    const stored = await storedChecksums();
    for (const path of Object.values(delivered).flatMap(paths))
      expect(stored).toContain(sha256(readFileSync(path)));
    const before = await requestCount();
    expect(await client.deliver(samples.slice(0, 1))).toEqual({
      [samples[0]?.name ?? ""]: delivered[samples[0]?.name ?? ""],
    });
    expect(await requestCount()).toBe(before);
  });

  test("delivers URLs that anyone may read, for two users at once", async () => {
    const clients = [
      await makeClient(version, service.url),
      await makeClient(version, service.url),
    ];
    const delivered = await Promise.all(
      clients.map((one) => one.deliver([{ name: "urls", files: same, query }], "URLs")),
    );
    for (const { urls } of delivered)
      expect(await rowsBehind(paths(urls))).toEqual(await expected(same, query));
  });

  test("shows DuckDB's sentence for a bad query at once", async () => {
    const started = performance.now();
    const said = await client
      .deliver([{ name: "bad", files: same, query: "selekt n from input" }])
      .catch((error: Error) => ({ bad: { error: error.message } }));
    expect(JSON.stringify(said)).toMatch(/syntax error at or near/);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test("ends for a folder without files, and says which file failed of several", async () => {
    const { none, some } = await client.deliver([
      { name: "none", did: `dir://${data}/odd/*.nothing`, query },
      { name: "some", files: [same[0] ?? "", broken], query },
    ]);
    if (version.startsWith("3")) {
      expect(none).toEqual([]);
      expect(await rowsIn(some)).toEqual(await expected(same.slice(0, 1), query));
    } else {
      expect(paths(none ?? []).length).toBe(0);
      expect(JSON.stringify(some)).toMatch(/broken.parquet/);
    }
  });

  test("delivers the first of a folder's files, those below it included", async () => {
    // The oldest client has no setting for it: its user writes what the others make of NFiles
    const asked = version.startsWith("3")
      ? { did: `dir://${data}/many`, most: 2 }
      : { did: `dir://${data}/many?files=2` };
    const { first, below } = await client.deliver([
      { name: "first", ...asked, query },
      { name: "below", did: `dir://${data}/nested`, query },
    ]);
    expect(new Set(paths(first)).size).toBe(2);
    expect(await rowsIn(below)).toEqual(await expected(nested, query));
    const listed = await transformations();
    expect(listed.find(({ title }) => title === "first")).toMatchObject({
      did: `dir://${data}/many?files=2`,
      files: 2,
    });
  });

  test("delivers 500 files", async () => {
    const { many: delivered } = await client.deliver([{ name: "many", files: many, query }]);
    expect(new Set(paths(delivered)).size).toBe(500);
  });

  test("hears of a cancel in the middle", async () => {
    const delivering = client
      .deliver([{ name: "canceled", files: many, query: "select n + 1 as n from input" }])
      .catch((error: Error) => ({ canceled: { error: error.message } }));
    const id = await until(
      async () =>
        (await transformations()).find(
          (one) => one.title === "canceled" && one.status === "Running",
        )?.request_id,
      { timeoutSeconds: 60 },
    );
    expect((await fetch(`${service.url}/servicex/transformation/${id}/cancel`)).status).toBe(200);
    expect(JSON.stringify((await delivering).canceled)).toMatch(
      version.startsWith("3") ? /was canceled/ : /Failed to transform all files/,
    );
    await fetch(`${service.url}/servicex/transformation/${id}`, { method: "DELETE" });
  });
}

interface Listed {
  request_id: string;
  title: string;
  status: string;
}

async function transformations(): Promise<Listed[]> {
  const answer = await fetch(`${service.url}/servicex/transformation`);
  return ((await answer.json()) as { requests: Listed[] }).requests;
}

async function requestCount(): Promise<number> {
  return (await transformations()).length;
}

async function storedChecksums(): Promise<string[]> {
  const pages = (await transformations()).map(async ({ request_id: id }) => {
    const { items } = (await (await fetch(`${service.url}/v1/requests/${id}/results`)).json()) as {
      items: { checksum: string }[];
    };
    return items.map((item) => item.checksum);
  });
  return (await Promise.all(pages)).flat();
}

function paths(outcome: Outcome | undefined): string[] {
  if (Array.isArray(outcome)) return outcome;
  throw new Error(outcome?.error ?? "nothing came");
}

async function rowsIn(outcome: Outcome | undefined): Promise<unknown[]> {
  const all = await Promise.all(
    paths(outcome).map((path) => rowsOf(`select * from read_parquet(${quoted(path)})`)),
  );
  return all.map((rows) => JSON.stringify(rows)).sort();
}

async function expected(inputs: string[], selection: string): Promise<unknown[]> {
  // DuckDB takes a star in a name for a pattern, so each input is read under a plain one
  const plain = inputs.map((path, index) => {
    const copy = join(data, `plain-${index}.parquet`);
    writeFileSync(copy, readFileSync(path));
    return copy;
  });
  const all = await Promise.all(
    plain.map((path) => rowsOf(selection.replace("input", `read_parquet(${quoted(path)})`))),
  );
  return all.map((rows) => JSON.stringify(rows)).sort();
}

async function rowsBehind(urls: string[]): Promise<unknown[]> {
  const files = await Promise.all(
    urls.map(async (url, index) => {
      const path = join(data, `fetched-${index}.parquet`);
      writeFileSync(path, Buffer.from(await (await fetch(url)).arrayBuffer()));
      return path;
    }),
  );
  return rowsIn(files);
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "''")}'`;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
