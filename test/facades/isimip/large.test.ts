// Files and zips are larger than the memory of the service: they do not pass through it.
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { forgetPeak, peakMegabytes } from "../../bench/processes.ts";
import { steps } from "../../support/netcdf.ts";
import { type Isimip, startIsimip } from "./isimip.ts";

const count = Number(process.env.ISIMIP_LARGE_FILES ?? 16);
const megabytes = Number(process.env.ISIMIP_LARGE_MEGABYTES ?? 96);
const mostMegabytes = 150;

let isimip: Isimip;
beforeAll(async () => {
  isimip = await startIsimip({ FILE_SECONDS: "1200" });
});
afterAll(() => isimip?.remove());

const [lon, lat] = [steps(-179.75, 0.5, 720), steps(-89.75, 0.5, 360)];

/** A step of time has about a megabyte. Nothing is written for values: they take no room. */
function writeLarge(path: string): void {
  const cdl = `netcdf large { dimensions: lon = 720; lat = 360; time = ${megabytes}; variables:
double lon(lon); lon:units = "degrees_east"; double lat(lat); lat:units = "degrees_north";
double time(time); time:units = "days since 2000-01-01"; float tas(time, lat, lon);
data: lon = ${lon.join()}; lat = ${lat.join()}; time = ${steps(0, 1, megabytes).join()}; }`;
  writeFileSync(`${path}.cdl`, cdl);
  execFileSync("ncgen", ["-x", "-k", "classic", "-o", path, `${path}.cdl`]);
}

test(`${count} files of ${megabytes} MB are cut and read as one zip in little memory`, async () => {
  mkdirSync(join(isimip.root, "large"));
  const paths = Array.from({ length: count }, (_, at) => `large/tas_${at}_global.nc`);
  const [first = "", ...others] = paths.map((path) => join(isimip.root, path));
  writeLarge(first);
  for (const path of others) linkSync(first, path);
  const { pid } = isimip.service;
  forgetPeak(pid);
  const before = peakMegabytes(pid);
  const operations = [{ operation: "cutout_bbox", bbox: [-90, 90, -45, 45] }];
  const { body, text } = await isimip.post("v2", { paths, operations });
  const job = await isimip.ended(body, 3_000);
  expect(job, text).toMatchObject({
    status: "finished",
    meta: { created_files: count, errors: {} },
  });
  const answer = await fetch(job.file_url ?? "");
  let read = 0;
  for await (const chunk of answer.body ?? []) read += chunk.length;
  // A quarter of the globe, without compression
  expect(read).toBeGreaterThan(count * megabytes * 360 * 180 * 4);
  const more = Math.round(peakMegabytes(pid) - before);
  const zipped = Math.round(read / 2 ** 20);
  console.log(`${zipped} MB in the zip, ${Math.round(before)} MB of memory and ${more} MB more.`);
  expect(more).toBeLessThan(mostMegabytes);
}, 3_600_000);
