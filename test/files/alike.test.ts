// The same request, ten times at once and by several workers: four tables of weather among
// thirteen files that are none. It must end ten times alike, whichever worker is first.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf } from "../support/parquet.ts";
import { type Ended, type FilesService, startFilesService, transformStep } from "./service.ts";

const runs = 10;
const folder = temporaryFolder("alike");
const data = join(folder, "data");
let files: FilesService;

const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const years = ["2012", "2013", "2014", "2015"];
const weather = years.map((year) => `seattle-${year}.parquet`);

/** These are tables, but no mean of a column of theirs can be taken: all for one reason. */
const withoutNumbers: Record<string, string> = {
  "header-only.csv": "date,temp_max\n",
  "na.csv": "date,temp_max\n2012-01-01,12.8\n2012-01-02,NA\n",
  "nulls.json": '{"temp_max": null}\n{"temp_max": null}\n',
};
const noTables: Record<string, Buffer | string> = {
  "empty.csv": "",
  _SUCCESS: "",
  _metadata: Buffer.from("PAR1\0\0PAR1", "latin1"),
  ".seattle.parquet.crc": Buffer.from("crc\0\0\0\x02\0", "latin1"),
  SHA256SUMS: `${"0".repeat(64)}  seattle-2012.parquet\n`,
  "README.md": "# Weather\n\nOf Seattle, by day.\n",
  "plot.ts": "export const a = 1;\n",
  "model.nc": Buffer.from("CDF\x01\0\0\0\0", "latin1"),
  "model.h5": Buffer.from("\x89HDF\r\n\x1a\n\0\0", "latin1"),
  "cut.parquet": "PAR1 and then nothing that a Parquet file would have",
};

beforeAll(async () => {
  mkdirSync(data);
  for (const name of weather) copyFileSync(repository(`doc/examples/${name}`), join(data, name));
  for (const [name, bytes] of Object.entries({ ...withoutNumbers, ...noTables }))
    writeFileSync(join(data, name), bytes);
  files = await startFilesService({ INPUT_ROOTS: folder });
  for (const concurrency of [1, 2, 2]) files.addWorker(concurrency);
});
afterAll(async () => {
  await files?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the same request run ten times ends ten times alike", () => {
  const numberless = Object.keys(withoutNumbers);
  const unreadable = Object.keys(noTables);
  const orders: [string, string[]][] = [
    ["its weather first", [...weather, ...numberless, ...unreadable]],
    [
      "its weather among the others",
      [...numberless.slice(1), ...weather, ...unreadable, "header-only.csv"],
    ],
    ["its weather behind files that are no tables", [...unreadable, ...weather, ...numberless]],
  ];

  test.each(orders)("with %s", async (_, names) => {
    expect(names).toHaveLength(17);
    const ended = await endedAlike(names);
    expect(ended[0]?.request).toMatchObject({
      state: "complete",
      counters: { total: 17, done: 4, failed: 13 },
    });
    for (const one of ended) expect(await valuesOf(one)).toEqual(means());
  });

  test("without any weather", async () => {
    // No file that the check at submit looks at is a table, so it finds nothing wrong
    const [first] = await endedAlike([...unreadable, ...numberless]);
    expect(first?.request).toMatchObject({ state: "failed", counters: { done: 0, failed: 13 } });
    expect(first?.request.reason).toContain("avg");
  });
});

const selection = "select round(avg(temp_max), 6) as mean, count(*)::int as days from input";

/** The ends of ten requests for these files, which must not differ in anything a user sees. */
async function endedAlike(names: string[]): Promise<Ended[]> {
  const bodies = Array.from({ length: runs }, () => ({
    dataset: { files: names.map((name) => join(data, name)) },
    steps: [transformStep({ selection })],
  }));
  const ended = await files.ended(await files.submit(bodies));
  const [first, ...others] = ended.map(seen);
  for (const other of others) expect(other).toEqual(first);
  return ended;
}

function seen({ request, files: all }: Ended) {
  const { state, reason, counters } = request;
  const ends = all.map((file) => [file.paths[0], file.state, file.error?.message ?? null]);
  return { state, reason, counters, ends };
}

/** What was computed of each table, by its name. */
async function valuesOf({ files: all, result }: Ended): Promise<Record<string, unknown[][]>> {
  const values: Record<string, unknown[][]> = {};
  for (const { file, paths, state } of all) {
    if (state !== "done") continue;
    const path = join(folder, "result.parquet");
    writeFileSync(path, await result(file));
    values[paths[0]?.split("/").at(-1) ?? ""] = await rowsOf(`SELECT * FROM '${path}'`);
  }
  return values;
}

/** The same, from the text that the tables were made of. */
function means(): Record<string, unknown[][]> {
  const text = readFileSync(repository("node_modules/vega-datasets/data/weather.csv"), "utf8");
  const rows = text.split("\n").map((line) => line.split(","));
  return Object.fromEntries(
    years.map((year) => {
      const highs = rows
        .filter(([place, date]) => place === "Seattle" && date?.startsWith(year))
        .map((row) => Number(row[3]));
      const mean = highs.reduce((sum, high) => sum + high, 0) / highs.length;
      return [`seattle-${year}.parquet`, [[Number(mean.toFixed(6)), highs.length]]];
    }),
  );
}
