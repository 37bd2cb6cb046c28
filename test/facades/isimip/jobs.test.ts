// Jobs of both versions of the ISIMIP Files API, done by real cdo and ncks.
import { existsSync, linkSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { steps, writeNetcdf } from "../../support/netcdf.ts";
import { until } from "../../support/wait.ts";
import { globe, type Isimip, type Job, startIsimip, tas } from "./isimip.ts";

let isimip: Isimip;
beforeAll(async () => {
  isimip = await startIsimip();
});
afterAll(() => isimip?.remove());

const daily = "one/tas_global_daily.nc";
const box = { operation: "select_bbox", bbox: [-20, 20, -10, 10] };
const v2 = (paths: string[], ...operations: object[]) => isimip.post("v2", { paths, operations });

/** Submits, and waits for the end. */
async function done(paths: string[], ...operations: object[]): Promise<Job> {
  const { status, body, text } = await v2(paths, ...operations);
  expect([200, 201], text).toContain(status);
  return isimip.ended(body);
}

test("the root says what is offered, with and without a slash", async () => {
  for (const path of ["/isimip/api/v2", "/isimip/api/v2/"]) {
    const { status, body } = await isimip.call<Record<string, unknown>>("GET", path);
    expect([status, body]).toMatchObject([
      200,
      {
        status: "ok",
        jobs: { deferred: 0, scheduled: 0 },
        base_url: `${isimip.service.url}/isimip/api/v2`,
        output_url: `${isimip.service.url}/isimip/output`,
      },
    ]);
    expect(body.operations).toEqual([
      ...["select_bbox", "select_point", "mask_bbox", "mask_mask", "mask_country"],
      ...["mask_landonly", "create_mask", "cutout_bbox", "cutout_point"],
    ]);
    expect(Object.keys(body.jobs as object)).toEqual([
      ...["started", "deferred", "finished", "failed", "scheduled"],
    ]);
  }
  for (const path of ["/isimip/api/v1", "/isimip/api/v1/"])
    expect((await isimip.call<object>("GET", path)).body).toEqual({ status: "ok" });
});

test("32 files become 32 tables of means in one zip; the same question is the same job", async () => {
  const paths = Array.from({ length: 32 }, (_, index) => `many/tas_${index}_global_daily.nc`);
  mkdirSync(join(isimip.root, "many"), { recursive: true });
  for (const path of paths) linkSync(join(isimip.root, daily), join(isimip.root, path));
  const mean = { ...box, compute_mean: true, output_csv: true };
  const posted = await v2(paths, mean);
  expect(posted.status).toBe(201);
  if (posted.body.status === "queued") expect(posted.body.meta).toEqual({});
  expect(posted.body.id).toMatch(/^[0-9a-f]{40}$/);
  expect(posted.body.job_url).toBe(`${isimip.service.url}/isimip/api/v2/${posted.body.id}`);
  expect(posted.body).not.toHaveProperty("file_url");
  const started = await until(async () => {
    const { body } = await isimip.call("GET", `${posted.body.job_url}/`);
    return body.status === "started" && (body.meta.created_files ?? 0) > 0 && body;
  });
  expect(started.meta).toMatchObject({ total_files: 32, errors: {} });
  const job = await isimip.ended(posted.body);
  expect(job).toMatchObject({
    status: "finished",
    meta: { created_files: 32, total_files: 32, errors: {} },
    file_name: `download-${job.id}.zip`,
    ttl: null,
  });
  expect(job.file_url).toMatch(new RegExp(`/${job.file_name}$`));
  const zip = await isimip.zip(job);
  expect([...zip.keys()].filter((name) => name.endsWith(".csv"))).toHaveLength(32);
  expect(zip.size).toBe(33);
  const [heading, empty, ...commands] = (zip.get("README.txt") ?? "").trimEnd().split("\n");
  expect([heading, empty]).toEqual([expect.stringContaining("archive"), ""]);
  expect(new Set(commands)).toEqual(
    new Set(
      Array.from(
        { length: 32 },
        (_, index) =>
          "cdo -s outputtab,date,value,nohead -fldmean " +
          `-sellonlatbox,-20.000000,20.000000,-10.000000,10.000000 tas_${index}_global_daily.nc`,
      ),
    ),
  );
  expect(zip.get("tas_7_lon-20.0to20.0lat-10.0to10.0_daily.csv")).toMatch(
    /^2000-01-01,\d+(\.\d+)?\r\n2000-01-02,\d+(\.\d+)?\r\n$/,
  );
  const again = await isimip.post("v2", {
    ignored: [1, 2],
    operations: [
      {
        output_csv: 1,
        compute_mean: true,
        x: 1,
        bbox: [-20.0, 2e1, -10, 10],
        operation: "select_bbox",
      },
    ],
    paths,
  });
  expect([again.status, again.body.id]).toEqual([200, job.id]);
});

test("eight equal calls at the same moment are one job, and one of them has made it", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => v2([daily], box)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    ...Array.from({ length: 7 }, () => 200),
    201,
  ]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const [first] = answers;
  expect(await isimip.ended(first?.body as Job)).toMatchObject({ status: "finished" });
});

test("a file that was replaced is another question", async () => {
  const path = "one/changing_global.nc";
  const written = { ...globe, variables: { tas } };
  writeNetcdf(join(isimip.root, path), written);
  const first = await done([path], box);
  expect(await done([path], box)).toMatchObject({ id: first.id });
  utimesSync(join(isimip.root, path), 1, 1);
  expect((await done([path], box)).id).not.toBe(first.id);
});

test("a mask of the service that was replaced makes another question of it", async () => {
  const country = { operation: "mask_country", country: "deu" };
  const [first, other] = [await done([daily], country), await done([daily], box)];
  utimesSync(join(isimip.root, "masks/countries.nc"), 1, 1);
  expect((await done([daily], country)).id).not.toBe(first.id);
  expect((await done([daily], box)).id).toBe(other.id);
});

test("files of one name in two folders both come, named by their folders", async () => {
  const paths = [daily, "two/tas_global_daily.nc", "one/pr_global.nc4"];
  const zip = await isimip.zip(await done(paths, box));
  const region = "lon-20.0to20.0lat-10.0to10.0";
  expect([...zip.keys()].toSorted()).toEqual([
    ...["README.txt", `one/tas_${region}_daily.nc`, `pr_${region}.nc4`],
    `two/tas_${region}_daily.nc`,
  ]);
});

test("a file that fails is told of, and the others come", async () => {
  const fine = steps(-179.9, 0.2, 1800);
  writeNetcdf(join(isimip.root, "one/fine_global.nc"), {
    ...{ lon: fine, lat: [0, 10] },
    variables: { tas },
  });
  writeFileSync(join(isimip.root, "two/broken.nc"), "no NetCDF");
  const job = await done([daily, "one/fine_global.nc", "two/broken.nc"], box);
  expect(job).toMatchObject({
    status: "finished",
    meta: {
      created_files: 1,
      total_files: 3,
      errors: {
        "fine_global.nc": [
          "resolution of fine_global.nc (lon, lat) is to high (1440, 720) " +
            'for operation "select_bbox"',
        ],
        "broken.nc": [expect.stringContaining("broken.nc is no NetCDF file")],
      },
    },
  });
  const zip = await isimip.zip(job);
  expect(JSON.parse(zip.get("errors.json") ?? "")).toEqual(job.meta.errors);
  const note = zip.get("fine_lon-20.0to20.0lat-10.0to10.0.error.txt");
  expect(note).toBe(`${job.meta.errors?.["fine_global.nc"]?.[0]}\n`);
  for (const text of [...zip.values(), JSON.stringify(job)])
    expect(text).not.toContain(isimip.root);
});

test("where no file came out the job has failed with the reasons, and is tried again", async () => {
  writeFileSync(join(isimip.root, "one/late.nc"), "no NetCDF");
  const cutout = { operation: "cutout_bbox", bbox: [0.1, 0.2, 0.1, 0.2] };
  const failed = await done(["one/late.nc", daily], cutout);
  expect(failed).toMatchObject({
    status: "failed",
    meta: {
      created_files: 0,
      errors: {
        "late.nc": [expect.stringContaining("late.nc is no NetCDF")],
        "tas_global_daily.nc": ["The box has no cell of the file."],
      },
    },
  });
  expect(failed).not.toHaveProperty("file_url");
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => v2(["one/late.nc", daily], cutout)),
  );
  expect(answers.map(({ body }) => body.id)).toEqual(answers.map(() => failed.id));
  expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
});

test("the zip is read whole, in ranges, by HEAD; what is complete is 416", async () => {
  const { file_url: url = "", file_name: name } = await done([daily], box);
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
  const head = await fetch(url, { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(Object.fromEntries(head.headers)).toMatchObject({
    ...{ "content-length": String(whole.length), "content-type": "application/zip" },
    ...{ "accept-ranges": "bytes", "content-disposition": `attachment; filename=${name}` },
  });
  const rest = await fetch(url, { headers: { range: "bytes=100-" } });
  expect([rest.status, rest.headers.get("content-range")]).toEqual([
    206,
    `bytes 100-${whole.length - 1}/${whole.length}`,
  ]);
  expect(Buffer.from(await rest.arrayBuffer())).toEqual(whole.subarray(100));
  const over = await fetch(url, { headers: { range: `bytes=${whole.length}-` } });
  expect([over.status, over.headers.get("content-range")]).toEqual([
    416,
    `bytes */${whole.length}`,
  ]);
  for (const wrong of [url.replace(/.(?=\/[^/]*$)/, "~"), url.replace(".zip", ".json")])
    expect((await isimip.call<object>("GET", wrong)).body).toEqual({ status: "not found" });
});

test("a point is taken as the client sends it, or by its names, and called what it is", async () => {
  const entry = "tas_lon155.0lat-35.0_daily.nc";
  for (const point of [[-35, 155], { lat: -35, lon: 155 }]) {
    const job = await done([daily], { operation: "select_point", point });
    expect(job.meta.points).toEqual([{ operation: "select_point", lat: -35, lon: 155 }]);
    const zip = await isimip.zip(job);
    expect([...zip.keys()]).toEqual([entry, "README.txt"]);
    expect(zip.get("README.txt")).toContain("-selindexbox,34,34,6,6 ");
  }
  const swapped = await isimip.post("v2", {
    ...{ paths: [daily] },
    operations: [{ operation: "select_point", point: [155, -35] }],
  });
  expect([swapped.status, swapped.body]).toMatchObject([
    400,
    {
      errors: {
        operations: ['point is [lat, lon], and 155 is no latitude, for operation "select_point"'],
      },
    },
  ]);
});

test("a job that is deleted is gone, and so is its zip; asked again it is a new one", async () => {
  const job = await done([daily], { ...box, bbox: [-30, 30, -10, 10] });
  const { request } = /output\/(?<request>[^/]+)/.exec(job.file_url ?? "")?.groups ?? {};
  expect((await isimip.call("DELETE", job.job_url)).status).toBe(204);
  for (const url of [job.job_url, job.file_url ?? ""])
    expect(await isimip.call<object>("GET", url)).toMatchObject({
      ...{ status: 404, body: { status: "not found" } },
    });
  expect(await isimip.call<object>("DELETE", job.job_url)).toMatchObject({
    ...{ status: 404, body: { status: "not found" } },
  });
  expect(existsSync(join(isimip.service.dataDir, "store", request ?? "?"))).toBe(false);
  const again = await v2([daily], { ...box, bbox: [-30, 30, -10, 10] });
  expect([again.status, again.body.id]).toEqual([201, job.id]);
  await isimip.ended(again.body);
});

test.each([
  ["cutout_bbox", { bbox: [-10, 10, -20, 20] }, "tas_lat-10.0to10.0lon-20.0to20.0_daily.nc"],
  ["mask_bbox", { bbox: [-10, 10, -20, 20] }, "tas_lat-10.0to10.0lon-20.0to20.0_daily.nc"],
  ["mask_country", { country: "DEU" }, "tas_deu_daily.nc"],
  ["mask_landonly", {}, "tas_landonly_daily.nc"],
  ["select_bbox", { bbox: [-10, 10, -20, 20] }, "tas_lat-10.0to10.0lon-20.0to20.0_daily.csv"],
  ["select_country", { country: "deu" }, "tas_deu_daily.csv"],
  ["select_point", { point: [-35, 155] }, "tas_lat-35.0lon155.0_daily.csv"],
])("version 1 does its task %s", async (task, more, entry) => {
  const asked = { paths: [daily], task, ...more };
  const posted = await isimip.post("v1", asked);
  expect([posted.status, posted.body]).toMatchObject([
    201,
    { job_url: `${isimip.service.url}/isimip/api/v1/${posted.body.id}` },
  ]);
  expect(posted.body.file_url).toContain(`download-${posted.body.id}.zip`);
  const job = await isimip.ended(posted.body);
  expect(job).toMatchObject({ status: "finished", file_url: posted.body.file_url });
  expect(job.meta).toEqual({
    ...{ created_files: 1, total_files: 1 },
    ...(task === "select_point" && { points: [{ operation: task, lat: -35, lon: 155 }] }),
  });
  const zip = await isimip.zip(job);
  expect([...zip.keys()]).toEqual([entry, "README.txt"]);
  if (task === "select_country")
    expect(zip.get(entry)).toBe("2000-01-01,1318\r\n2000-01-02,11318\r\n");
  expect((await isimip.post("v1", asked)).status).toBe(200);
  const inV2 = await isimip.call<object>("GET", `/isimip/api/v2/${job.id}`);
  expect(inV2.body).toEqual({ status: "not found" });
});

test("a failed job of version 1 stays failed for its client, which polls by the same call", async () => {
  writeFileSync(join(isimip.root, "one/bad.nc"), "no NetCDF");
  const asked = { paths: ["one/bad.nc"], task: "mask_landonly" };
  const failed = await isimip.ended((await isimip.post("v1", asked)).body);
  expect(failed).toMatchObject({
    status: "failed",
    meta: { created_files: 0, errors: { "bad.nc": [expect.any(String)] } },
  });
  const again = await isimip.post("v1", asked);
  expect([again.status, again.body.status]).toEqual([200, "failed"]);
});

test("masks of countries and land are read, and a note says what cutouts ignore", async () => {
  const job = await done([daily], {
    operation: "mask_country",
    country: "deu",
    compute_mean: true,
  });
  expect([...(await isimip.zip(job)).keys()]).toEqual(["tas_deu_daily.nc", "README.txt"]);
  const cutout = {
    operation: "cutout_point",
    point: [5, 5],
    compute_mean: false,
    output_csv: true,
  };
  expect((await done([daily], cutout)).meta.notes).toEqual([
    "output_csv is ignored by cutout_point, which keeps NetCDF",
  ]);
});
