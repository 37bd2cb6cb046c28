// Which tools a job calls, and how: files are worked on at the same time, and fail alone.
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../support/folder.ts";
import { writeNetcdf } from "../../support/netcdf.ts";
import { until } from "../../support/wait.ts";
import { globe, type Isimip, type Job, startIsimip, tas } from "./isimip.ts";
import { recordedTools, type Tools } from "./tools.ts";

const folder = temporaryFolder("isimip-tasks");
let tools: Tools;
let isimip: Isimip;

beforeAll(async () => {
  // Of two files that meet, each waits for the other
  const meet = `case "$0 $input" in
*cdo*meet_1*) : > '${folder}/at-1'; until [ -e '${folder}/at-2' ]; do /bin/sleep 0.05; done;;
*cdo*meet_2*) : > '${folder}/at-2'; until [ -e '${folder}/at-1' ]; do /bin/sleep 0.05; done;;
esac`;
  tools = recordedTools(folder, meet);
  isimip = await startIsimip({ ...tools.env, LOCAL_WORKERS: "2", FILE_SECONDS: "30" });
});
afterAll(async () => {
  await isimip?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const daily = "one/tas_global_daily.nc";
const bbox = [-20, 20, -10, 10];

function copied(name: string): string {
  copyFileSync(join(isimip.root, daily), join(isimip.root, name));
  return name;
}

async function done(paths: string[], ...operations: object[]): Promise<Job> {
  const { status, body, text } = await isimip.post("v2", { paths, operations });
  expect([200, 201], text).toContain(status);
  return isimip.ended(body);
}

/** Calls for the file, but those that read its header. */
const worksOf = (path: string) =>
  tools
    .calls()
    .filter(({ input, args }) => input === join(isimip.root, path) && !args.includes("--jsn"));

test("files of a job are worked on at the same time", async () => {
  const paths = [copied("one/meet_1_global.nc"), copied("one/meet_2_global.nc")];
  const job = await done(paths, { operation: "select_bbox", bbox });
  expect(job).toMatchObject({ status: "finished", meta: { created_files: 2, errors: {} } });
});

/** A header that reads well, and values that do not. */
function corrupt(name: string): string {
  const path = join(isimip.root, name);
  const lines = ['tas:_Fletcher32 = "true";', "tas:_ChunkSizes = 1, 18, 36;"];
  writeNetcdf(path, { ...globe, days: [0, 1], variables: { tas }, lines });
  const bytes = readFileSync(path);
  const value = Buffer.alloc(8);
  value.writeDoubleLE(tas(1, 9, 18));
  bytes.fill(0xff, bytes.indexOf(value), bytes.indexOf(value) + 8);
  writeFileSync(path, bytes);
  return name;
}

test.each(["cutout_bbox", "select_bbox"])(
  "where the tool of %s fails, its file fails alone, is not tried again, and says why",
  async (operation) => {
    const bad = corrupt(`one/corrupt_${operation}_global.nc`);
    const job = await done([bad, daily], { operation, bbox });
    expect(job).toMatchObject({ status: "finished", meta: { created_files: 1, total_files: 2 } });
    const [text = ""] = job.meta.errors?.[basename(bad)] ?? [];
    expect(text).toMatch(new RegExp(`^${operation} of ${basename(bad)} failed: .*\\w{3}`));
    expect(text).not.toMatch(/HDF5-DIAG|\/proc|\/tmp/);
    expect((await isimip.zip(job)).size).toBe(4);
    expect(worksOf(bad)).toHaveLength(1);
  },
);

/** Calls that read a header of the file, or of the mask with it. */
const headersOf = (path: string) =>
  tools
    .calls()
    .filter(({ input, args }) => input === join(isimip.root, path) && args.includes("--jsn"));

/** So old that its time tells whether it was written again. */
const aged = (name: string) =>
  until(() => Date.now() - statSync(join(isimip.root, name)).ctimeMs > 2_500);

test("another cut of a file reads no header of it again, until the file is another", async () => {
  await isimip.service.stop();
  await isimip.again({ LOCAL_WORKERS: "1" });
  const name = "one/again_global.nc";
  const mean = { operation: "mask_country", country: "deu", compute_mean: true };
  const cuts = [{ operation: "cutout_point", point: [5, 5] }, mean, { ...mean, output_csv: true }];
  copied(name);
  await aged(name);
  for (const cut of cuts) expect(await done([name], cut)).toMatchObject({ status: "finished" });
  const read = headersOf(name).map(({ args }) => args.at(-1) + (args[1] === "-m" ? " -m" : ""));
  expect(read).toEqual(["input.nc", "mask-1.nc", "mask-1.nc -m", "input.nc -m"]);

  const turned = { lon: globe.lon, lat: globe.lat.toReversed() };
  writeNetcdf(join(isimip.root, name), { ...turned, days: [0, 1], variables: { tas } });
  await aged(name);
  const job = await done([name], { operation: "select_point", point: [-35, 155] });
  expect((await isimip.zip(job)).get("README.txt")).toContain("-selindexbox,34,34,13,13 ");
  expect(headersOf(name)).toHaveLength(5);
});

const box = "-20.000000,20.000000,-10.000000,10.000000";
const made = ["input.nc", "step-1.nc"];
const cdo = ["-f", "nc4c", "-z", "zip_5", "-L"];
const csv = ["-s", "outputtab,date,value,nohead"];
const countries = ["-ifthen", "-selname,m_DEU", "mask-1.nc"];
test.each<[string, object, string, string[]]>([
  ["select_bbox", { bbox }, "cdo", [...cdo, `-sellonlatbox,${box}`, ...made]],
  [
    "select_bbox",
    { bbox, compute_mean: true },
    "cdo",
    [...cdo, "-fldmean", `-sellonlatbox,${box}`, ...made],
  ],
  ["select_bbox", { bbox, output_csv: true }, "cdo", [...csv, `-sellonlatbox,${box}`, "input.nc"]],
  ["select_point", { point: [-35, 155] }, "cdo", [...cdo, "-selindexbox,34,34,6,6", ...made]],
  ["mask_bbox", { bbox }, "cdo", [...cdo, `-masklonlatbox,${box}`, ...made]],
  ["mask_country", { country: "deu" }, "cdo", [...cdo, ...countries, ...made]],
  [
    "mask_country",
    { country: "DEU", compute_mean: true, output_csv: true },
    "cdo",
    [...csv, "-fldmean", ...countries, "input.nc"],
  ],
  ["mask_landonly", {}, "cdo", [...cdo, "-ifthen", "mask-1.nc", ...made]],
  [
    "cutout_bbox",
    { bbox },
    "ncks",
    ["-O", "-h", "-d", "lon,-20.000000,20.000000", "-d", "lat,-10.000000,10.000000", ...made],
  ],
  [
    "cutout_point",
    { point: [-35, 155] },
    "ncks",
    ["-O", "-h", "-d", "lon,155.000000", "-d", "lat,-35.000000", ...made],
  ],
])("%s %j is the command of the contract, as a list", async (operation, more, tool, args) => {
  // No shell, option or wildcard of a name reaches a tool
  const name = `one/-O $(id) * "${operation}"; ${JSON.stringify(more).length}'_global_.nc`;
  const job = await done([copied(name)], { operation, ...more });
  expect(job, JSON.stringify(job)).toMatchObject({ status: "finished" });
  const work = worksOf(name);
  expect(work.map((call) => [call.tool, call.args])).toEqual([[tool, args]]);
  const versions = ["CDI_VERSION_INFO=0", "CDO_HISTORY_INFO=0", "CDO_VERSION_INFO=0"];
  expect(work[0]?.environment.toSorted()).toEqual(tool === "cdo" ? versions : []);
});
