// Unmodified clients of the ISIMIP Files API, from PyPI: as commands, and as notebooks use them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { type Isimip, type Job, startIsimip } from "../facades/isimip/isimip.ts";
import { venv } from "./venv.ts";

let isimip: Isimip;
let pythons: { v1: string; v2: string };
let number = 0;

beforeAll(async () => {
  pythons = {
    v1: await venv("isimip-client-1.0.1", ["isimip-client==1.0.1"]),
    v2: await venv("isimip-client-2.0.2", ["isimip-client==2.0.2"]),
  };
  isimip = await startIsimip();
});
afterAll(() => isimip?.remove());

const daily = "one/tas_global_daily.nc";

function freshFolder(): string {
  const folder = join(isimip.folder, `client-${++number}`);
  mkdirSync(folder);
  return folder;
}

async function run(program: string, args: string[], cwd: string, input = "") {
  const child = spawn(program, args, {
    cwd,
    env: {
      ...childEnvironment(),
      HOME: cwd,
      ISIMIP_FILES_API_URL: `${isimip.service.url}/isimip/api/v2`,
    },
  });
  child.stdin.end(input);
  const [out, wrong, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { code: Number(code), out, wrong };
}

/** The command, which downloads the zip into its folder. */
async function command(folder: string, ...words: string[]) {
  return run(join(dirname(pythons.v2), "isimip-client"), [...words], folder);
}

function zipIn(folder: string): { name: string; entries: string[] } {
  const [name = ""] = readdirSync(folder).filter((one) => one.endsWith(".zip"));
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  return { name, entries: Object.keys(unzipSync(bytes)) };
}

const box = ["--west", "-20", "--east", "20", "--south", "-10", "--north", "10"];
const place = ["--lat", "-35", "--lon", "155"];
const inBox = "tas_lon-20.0to20.0lat-10.0to10.0_daily";
test.each([
  ["select_bbox", box, `${inBox}.nc`],
  ["select_bbox", [...box, "--mean", "--csv"], `${inBox}.csv`],
  ["select_point", place, "tas_lon155.0lat-35.0_daily.nc"],
  ["select_point", [...place, "--csv"], "tas_lon155.0lat-35.0_daily.csv"],
  ["mask_bbox", box, `${inBox}.nc`],
  ["mask_country", ["--country", "deu", "--mean", "--csv"], "tas_deu_daily.csv"],
  ["cutout_bbox", box, `${inBox}.nc`],
  ["cutout_point", place, "tas_lon155.0lat-35.0_daily.nc"],
])("its command %s %j", async (name, options, entry) => {
  const folder = freshFolder();
  const { code, wrong } = await command(folder, name, daily, ...options, "--poll", "1");
  expect(code, wrong).toBe(0);
  expect(zipIn(folder).entries).toEqual([entry, "README.txt"]);
});

test("its commands send masks and shapes along", async () => {
  const mask = ["--mask", join(isimip.root, "masks/countries.nc"), "--var", "m_DEU"];
  const shape = join(isimip.folder, "areas.json");
  const ring = [
    [-180, -90],
    [0, -90],
    [0, 90],
    [-180, 90],
    [-180, -90],
  ];
  const geometry = { type: "Polygon", coordinates: [ring] };
  const features = [{ type: "Feature", properties: { name: "west" }, geometry }];
  writeFileSync(shape, JSON.stringify({ type: "FeatureCollection", features }));
  const cases: [string, string[], string[]][] = [
    ["mask_mask", mask, ["tas_countries_daily.nc", "README.txt"]],
    [
      "mask_shape",
      ["--shape", shape, "--layer", "0"],
      ["tas_areas_daily.nc", "README.txt", "areas.json", "areas.nc"],
    ],
  ];
  for (const [name, options, entries] of cases) {
    const folder = freshFolder();
    const { code, wrong } = await command(folder, name, daily, ...options, "--poll", "1");
    expect(code, wrong).toBe(0);
    expect(zipIn(folder).entries).toEqual(entries);
  }
});

test("its command goes on with half a download, and leaves a whole one alone", async () => {
  const folder = freshFolder();
  const words = ["select_bbox", daily, ...box, "--poll", "1"];
  await command(folder, ...words);
  const { name } = zipIn(folder);
  const whole = readFileSync(join(folder, name));
  truncateSync(join(folder, name), 100);
  for (let time = 0; time < 2; time++) {
    expect((await command(folder, ...words)).code).toBe(0);
    expect(readFileSync(join(folder, name))).toEqual(whole);
  }
});

test("its command shows what is wrong with a job", async () => {
  const { out, wrong } = await command(freshFolder(), "select_bbox", "one/no.nc", ...box);
  expect((out + wrong).replaceAll(/\s+/g, " ")).toContain("one/no.nc was not found on the server.");
});

async function calls(version: "v1" | "v2", client: "v1" | "v2", ...list: [string, object][]) {
  const folder = freshFolder();
  const url = `${isimip.service.url}/isimip/api/${version}`;
  const script = fileURLToPath(new URL(`isimip_${client[1]}.py`, import.meta.url));
  const args = client === "v1" ? [script, url, folder] : [script, url, version, folder];
  const { code, out, wrong } = await run(pythons[client], args, folder, JSON.stringify(list));
  expect(code, wrong).toBe(0);
  return { jobs: JSON.parse(out) as Job[], files: readdirSync(folder), wrong };
}

test("a notebook's calls of version 2, with a slash or without", async () => {
  writeFileSync(join(isimip.root, "one/broken.nc"), "no NetCDF");
  const operations = [
    { operation: "select_bbox", bbox: [-60, 60, -30, 30] },
    { operation: "mask_landonly" },
  ];
  const paths = [daily, "one/broken.nc"];
  const bounds = { west: -20, east: 20, south: -10, north: 10, poll: 1 };
  const { jobs, files } = await calls(
    ...(["v2", "v2"] as const),
    ["mask_landonly", { paths: [daily], poll: 1 }],
    ["select_bbox", { paths, ...bounds }],
    ["submit_job", { paths: ["one/broken.nc"], operations, uploads: null, poll: 1 }],
  );
  expect(jobs.map(({ status }) => status)).toEqual(["finished", "finished", "failed"]);
  expect(jobs[1]?.meta).toMatchObject({
    ...{ created_files: 1, total_files: 2 },
    errors: { "broken.nc": [expect.stringContaining("broken.nc is no NetCDF file")] },
  });
  expect(files).toEqual(expect.arrayContaining(["tas_landonly_daily.nc", "errors.json"]));
});

const tasks: [string, object][] = [
  ["cutout", { paths: daily, bbox: [-10, 10, -20, 20], poll: 1 }],
  ["mask", { paths: [daily], country: "deu", poll: 1 }],
  ["mask", { paths: [daily], bbox: [-10, 10, -20, 20], poll: 1 }],
  ["mask", { paths: [daily], landonly: true, poll: 1 }],
  ["select", { paths: [daily], country: "deu", poll: 1 }],
  ["select", { paths: [daily], bbox: [-10, 10, -20, 20], poll: 1 }],
  ["select", { paths: [daily], point: [-35, 155], poll: 1 }],
];
test.each(["v1", "v2"] as const)("all calls of version 1, by the client of %s", async (client) => {
  const { jobs, files } = await calls("v1", client, ...tasks);
  expect(jobs.map(({ status }) => status)).toEqual(tasks.map(() => "finished"));
  expect(files).toEqual(
    expect.arrayContaining([
      ...["tas_lat-10.0to10.0lon-20.0to20.0_daily.nc", "tas_deu_daily.nc", "tas_deu_daily.csv"],
      ...["tas_lat-10.0to10.0lon-20.0to20.0_daily.csv", "tas_lat-35.0lon155.0_daily.csv"],
    ]),
  );
});

test("the client of version 1, which polls by POST, learns that a job has failed", async () => {
  writeFileSync(join(isimip.root, "one/bad.nc"), "no NetCDF");
  const { jobs } = await calls("v1", "v1", [
    ...(["mask", { paths: ["one/bad.nc"], landonly: true, poll: 1 }] as const),
  ]);
  expect(jobs).toMatchObject([{ status: "failed", meta: { created_files: 0 } }]);
  rmSync(join(isimip.root, "one/bad.nc"));
});
