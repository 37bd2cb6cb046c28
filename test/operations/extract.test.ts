import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operation, TaskOutcome } from "../../src/operations/contract.ts";
import { extract } from "../../src/operations/extract/index.ts";
import { temporaryFolder } from "../support/folder.ts";
import { kindOf, needNetcdfTools, steps, valuesOf, writeNetcdf } from "../support/netcdf.ts";
import { submitCheck, testTask, testTaskContext, testUpload } from "./task-context.ts";

const folder = temporaryFolder("extract");
const at = (name: string) => join(folder, name);
/** Cells of ten degrees; a value tells its day, row and column. */
const west = { lon: steps(-175, 10, 36), lat: steps(-85, 10, 18) };
const east = { lon: steps(5, 10, 36), lat: steps(85, -10, 18) };
const tas = (day: number, row: number, column: number) => day * 10_000 + row * 100 + column;
const masked = new Set([9 * 36 + 18, 10 * 36 + 18]);
const mask = (_: number, row: number, column: number) =>
  masked.has(row * 36 + column) ? 1 : undefined;

beforeAll(() => {
  needNetcdfTools();
  const days = [0, 1, 2];
  writeNetcdf(at("tas_global_daily.nc"), { ...west, days, variables: { tas } });
  writeNetcdf(at("tas_east.nc"), { ...east, days, variables: { tas }, kind: "classic" });
  const packed = { scale: 0.5, offset: 100 };
  const two = { tas, pr: (...of: Parameters<typeof tas>) => tas(...of) / 2 };
  writeNetcdf(at("packed_global.nc4"), { ...west, variables: two, packed, kind: "nc7" });
  writeNetcdf(at("masks.nc"), { ...west, variables: { m_DEU: mask, m_CSI: mask, land: mask } });
  writeNetcdf(at("land.nc"), { ...west, variables: { mask } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const facility = () => ({
  ISIMIP_COUNTRYMASKS_FILE_PATH: at("masks.nc"),
  ISIMIP_LANDSEAMASK_FILE_PATH: at("land.nc"),
});

type Limits = Parameters<typeof testTaskContext>[1];

async function run(name: string, operations: object[], limits: Limits = {}, more = {}) {
  const settings = extract.settings.parse({ operations });
  const [output = ""] = extract.outputs?.(settings, { replicas: [at(name)] }) ?? [];
  const upload = testUpload(output);
  const task = testTask(settings, [at(name)], { operation: "extract", uploads: [upload] });
  const context = testTaskContext(folder, limits);
  const outcome = await extract.perform(task, { ...context, facility: facility(), ...more });
  return { outcome, path: join(folder, "uploads", output) };
}

async function made(name: string, ...operations: object[]): Promise<string> {
  const { outcome, path } = await run(name, operations);
  expect(outcome).toMatchObject({ status: "success" });
  return path;
}

function sentenceOf(outcome: TaskOutcome): string {
  if (!("error" in outcome)) throw new Error(`It should fail: ${JSON.stringify(outcome)}`);
  expect(outcome.error.message).not.toContain(folder);
  return `${outcome.status} ${outcome.error.class}: ${outcome.error.message}`;
}

/** What the file has where both conditions hold, by the rule of its values alone. */
function expected(
  { lon, lat }: { lon: number[]; lat: number[] },
  inLon: (lon: number) => boolean,
  inLat: (lat: number) => boolean,
): number[] {
  return [0, 1, 2].flatMap((day) =>
    lat.flatMap((y, row) =>
      lon.flatMap((x, column) => (inLon(x) && inLat(y) ? [tas(day, row, column)] : [])),
    ),
  );
}
const sorted = (values: (number | undefined)[]) =>
  values.toSorted((one, other) => Number(one) - Number(other));

describe.each(["select_bbox", "cutout_bbox"])("%s", (operation) => {
  const box = (w: number, e: number) => ({
    operation,
    bbox: { west: w, east: e, south: -20, north: 20 },
  });
  const inLat = (lat: number) => Math.abs(lat) < 20;

  test.each([
    ["a box", [-40, 30], (lon: number) => lon > -40 && lon < 30],
    ["a box over the date line", [160, -150], (lon: number) => lon > 160 || lon < -150],
    ["the whole globe", [-180, 180], () => true],
    ["a box up to the date line", [170, 180], (lon: number) => lon > 170],
  ] as const)("takes the cells of %s, whatever longitudes the file counts", async (...told) => {
    const [, [w, e], inLon] = told;
    const plain = await made("tas_global_daily.nc", box(w, e));
    expect(sorted(valuesOf(plain, "tas"))).toEqual(expected(west, inLon, inLat));
    const other = await made("tas_east.nc", box(w, e));
    const signed = (lon: number) => inLon(lon > 180 ? lon - 360 : lon);
    expect(sorted(valuesOf(other, "tas"))).toEqual(sorted(expected(east, signed, inLat)));
  });

  test("leaves packed values as they are, in each variable", async () => {
    const path = await made("packed_global.nc4", box(0, 10));
    expect(path).toMatch(/packed_lon0\.0to10\.0lat-20\.0to20\.0\.nc$/);
    const scaled = operation === "select_bbox" ? valuesOf(path, "pr") : valuesOf(path, "pr");
    const plain = [7, 8, 9, 10].map((row) => Math.round((row * 100 + 18) / 2));
    const unpacked = scaled.map((value) => Number(value) * 0.5 + 100);
    for (const [index, value] of unpacked.entries())
      expect(Math.abs(value - Number(plain[index]))).toBeLessThanOrEqual(0.5);
  });

  // ncks takes the nearest cell of a box without a width, and cdo the globe from 180 to -180
  test.each([
    { west: 1, east: 2, south: -20, north: 20 },
    { west: 1, east: 1, south: -20, north: 20 },
    { west: 0, east: 10, south: 2, north: 2 },
    { west: 0, east: 10, south: 3, north: 4 },
    { west: 180, east: -180, south: -20, north: 20 },
  ])("fails where a box has no cell: %j", async (bbox) => {
    for (const name of ["tas_global_daily.nc", "tas_east.nc"]) {
      const { outcome } = await run(name, [{ operation, bbox }]);
      expect(sentenceOf(outcome)).toBe("failure bad_input: The box has no cell of the file.");
    }
  });

  test("takes the cells of one longitude where a box has no width", async () => {
    const grid = { lon: steps(-180, 10, 36), lat: west.lat };
    writeNetcdf(at("on_180.nc"), { ...grid, days: [0, 1, 2], variables: { tas } });
    const path = await made("on_180.nc", box(180, -180));
    expect(valuesOf(path, "tas")).toEqual(expected(grid, (lon) => lon === -180, inLat));
  });
});

test("cutouts keep the kind of the file, and cdo writes NetCDF 4 classic", async () => {
  const bbox = { west: 0, east: 20, south: 0, north: 20 };
  const cut = await made("tas_east.nc", { operation: "cutout_bbox", bbox });
  expect(kindOf(cut)).toBe("classic");
  const selected = await made("tas_east.nc", { operation: "select_bbox", bbox });
  expect(kindOf(selected)).toBe("netCDF-4 classic model");
});

describe.each(["select_point", "cutout_point"])("%s", (operation) => {
  test.each([
    { lon: 151, lat: -33 },
    { lon: -44, lat: 51 },
    { lon: -179.9, lat: 89 },
    { lon: 179.9, lat: -89.9 },
  ])("takes the cell nearest to $lon, $lat", async (point) => {
    for (const [name, grid] of [
      ["tas_global_daily.nc", west],
      ["tas_east.nc", east],
    ] as const) {
      const path = await made(name, { operation, point });
      const turned = grid.lon.map((lon) => Math.cos(((lon - point.lon) * Math.PI) / 180));
      const column = turned.indexOf(Math.max(...turned));
      const row = grid.lat.findIndex((lat) => Math.abs(lat - point.lat) < 5);
      expect(valuesOf(path, "tas")).toEqual([0, 1, 2].map((day) => tas(day, row, column)));
    }
  });

  test("names latitude and longitude as they are", async () => {
    const { outcome, path } = await run("tas_global_daily.nc", [
      { operation, point: { lon: 150, lat: -33 } },
    ]);
    expect(path).toMatch(/tas_lon150\.0lat-33\.0_daily\.nc$/);
    // On the edge of two cells the report names the one that was taken
    expect(valuesOf(path, "lon")).toEqual([145]);
    expect(outcome).toMatchObject({
      results: [{ details: { cells: [{ operation, lat: -35, lon: 145 }] } }],
    });
  });
});

test("the report names the cell that was taken, also of a fine grid", async () => {
  const lon = steps(1 / 12, 1 / 6, 2160);
  writeNetcdf(at("fine_double.nc"), { lon, lat: [0, 1], variables: { tas } });
  const cdl = readFileSync(at("fine_double.nc.cdl"), "utf8").replace("double lon(", "float lon(");
  writeFileSync(at("fine.cdl"), cdl);
  execFileSync("ncgen", ["-k", "nc4", "-o", at("fine_float.nc"), at("fine.cdl")]);
  // Not halfway between the cells at 267.75 and 267.916656, but nearly
  const operations = [{ operation: "cutout_point", point: { lon: 267.83335 - 360, lat: 0 } }];
  const { outcome, path } = await run("fine_float.nc", operations);
  const taken = Number(valuesOf(path, "tas")[0]);
  expect(taken).toBe(1607);
  const [, told] = /"lon":([\d.]+)/.exec(JSON.stringify(outcome)) ?? [];
  expect(Number(told)).toBeCloseTo(Number(lon[taken]), 4);
});

test("a point beside the file's grid is refused, not taken from its edge", async () => {
  writeNetcdf(at("part.nc"), { lon: steps(0, 1, 5), lat: steps(0, 1, 5), variables: { tas } });
  const point = { operation: "select_point", point: { lon: 50, lat: 2 } };
  expect(sentenceOf((await run("part.nc", [point])).outcome)).toBe(
    "failure bad_input: The point at latitude 2 and longitude 50 is beside the grid of part.nc.",
  );
});

test.each([
  ["mask_country", { country: "DEU" }, "deu"],
  ["mask_country", { country: "csid" }, "csid"],
  ["mask_landonly", {}, "landonly"],
  ["mask_mask", { mask: "masks.nc", var: "land" }, "masks"],
])("%s %j keeps the values of the mask's cells alone", async (operation, chosen, region) => {
  const named = "mask" in chosen ? { ...chosen, mask: at(String(chosen.mask)) } : chosen;
  const path = await made("tas_global_daily.nc", { operation, ...named });
  expect(path).toMatch(new RegExp(`tas_${region}_daily\\.nc$`));
  const values = valuesOf(path, "tas");
  expect(values).toHaveLength(3 * 18 * 36);
  for (const [index, value] of values.entries()) {
    const cell = index % (18 * 36);
    const [day, row] = [Math.floor(index / (18 * 36)), Math.floor(cell / 36)];
    expect(value).toBe(masked.has(cell) ? tas(day, row, cell % 36) : undefined);
  }
});

test("whole numbers, packed or not, have a mean that is not rounded to them", async () => {
  const bbox = { west: 0, east: 20, south: 0, north: 20 };
  const packed = { scale: 0.5, offset: 100 };
  writeNetcdf(at("whole.nc"), { ...west, variables: { tas }, packed });
  const path = await made("whole.nc", { operation: "select_bbox", bbox, compute_mean: true });
  const [south, north] = [area(5), area(15)];
  const mean = (south * (tas(0, 9, 18) + 0.5) + north * (tas(0, 10, 18) + 0.5)) / (south + north);
  expect(Number(valuesOf(path, "tas")[0]) / mean).toBeCloseTo(1, 9);
});

test("boxes and means of a grid out of order are refused, and points of it are taken", async () => {
  const bbox = { west: 160, east: -150, south: -20, north: 20 };
  const over = { operation: "cutout_bbox", bbox };
  const point = { operation: "select_point", point: { lon: -164, lat: -4 } };
  // ncks leaves the longitudes as 165, 175, -175 and so on
  const path = await made("tas_global_daily.nc", over, point);
  expect(valuesOf(path, "tas")).toEqual([0, 1, 2].map((day) => tas(day, 8, 1)));
  const falling = "failure bad_input: The longitudes of the file do not rise from cell to cell.";
  for (const operation of ["select_bbox", "mask_bbox", "cutout_bbox"]) {
    const { outcome } = await run("tas_global_daily.nc", [over, { operation, bbox }]);
    expect(sentenceOf(outcome)).toBe(falling);
  }
  writeNetcdf(at("twice.nc"), { ...west, lon: steps(0, 10, 37), variables: { tas } });
  writeNetcdf(at("back.nc"), { ...west, lon: steps(175, -10, 36), variables: { tas } });
  const mean = { ...point, compute_mean: true };
  expect(sentenceOf((await run("twice.nc", [mean])).outcome)).toBe(
    "failure bad_input: The file has cells of one longitude twice.",
  );
  expect(sentenceOf((await run("back.nc", [mean])).outcome)).toBe(falling);
});

test("a file whose coordinates are not in degrees is refused: cells have no areas", async () => {
  for (const units of ["", 'lon:units = "radian";']) {
    const cdl = readFileSync(at("tas_global_daily.nc.cdl"), "utf8");
    writeFileSync(at("units.cdl"), cdl.replace('lon:units = "degrees_east";', units));
    execFileSync("ncgen", ["-k", "nc4", "-o", at("units.nc"), at("units.cdl")]);
    const { outcome } = await run("units.nc", [{ operation: "mask_landonly", compute_mean: true }]);
    expect(sentenceOf(outcome)).toBe(
      "failure bad_input: units.nc is no NetCDF file with coordinates lon and lat in degrees.",
    );
  }
});

test("a country has its own mask, not that of another with the same first letters", async () => {
  const other = (_: number, row: number, column: number) =>
    row === 3 && column === 4 ? 1 : undefined;
  const path = writeNetcdf(at("both.nc"), { ...west, variables: { m_CSI: mask, m_CSID: other } });
  const more = { facility: { ...facility(), ISIMIP_COUNTRYMASKS_FILE_PATH: path } };
  const step = { operation: "mask_country", country: "CSID" };
  const { path: masked } = await run("tas_global_daily.nc", [step], {}, more);
  const values = valuesOf(masked, "tas").flatMap((value) => value ?? []);
  expect(values).toEqual([0, 1, 2].map((day) => tas(day, 3, 4)));
});

test.each([
  ["cutout_bbox", {}],
  ["mask_bbox", {}],
  ["select_bbox", { output_csv: true }],
])("%s that makes more than it may fails the file", async (operation, more) => {
  const noise = (day: number, row: number, column: number) =>
    Math.sin(day * 1e6 + row * 1e3 + column);
  const grid = { lon: steps(-179.5, 1, 360), lat: steps(-89.5, 1, 180), days: [0, 1, 2, 3] };
  writeNetcdf(at("noise.nc"), { ...grid, variables: { tas: noise } });
  const bbox = { west: -180, east: 180, south: -90, north: 90 };
  const limits = { outputMegabytes: 1 };
  const { outcome } = await run("noise.nc", [{ operation, bbox, ...more }], limits);
  expect(sentenceOf(outcome)).toBe(
    `failure too_large: ${operation} of noise.nc makes more than 1 MB.`,
  );
});

test("a land mask of several variables is refused: cdo would pair them", async () => {
  const more = { facility: { ...facility(), ISIMIP_LANDSEAMASK_FILE_PATH: at("masks.nc") } };
  const three = { a: tas, b: tas, c: tas };
  writeNetcdf(at("three.nc"), { ...west, variables: three });
  const { outcome } = await run("three.nc", [{ operation: "mask_landonly" }], {}, more);
  expect(sentenceOf(outcome)).toBe(
    "failure internal: The mask masks.nc has more than one variable.",
  );
});

test("a mask on other cells is refused, also where it has as many", async () => {
  const country = { operation: "mask_country", country: "DEU" };
  expect(sentenceOf((await run("tas_east.nc", [country])).outcome)).toContain(
    "The cells of tas_east.nc are not those of the mask masks.nc",
  );
  writeNetcdf(at("part.nc"), { lon: steps(0, 1, 5), lat: steps(0, 1, 5), variables: { tas } });
  expect(sentenceOf((await run("part.nc", [country])).outcome)).toContain(
    "resolution of part.nc (5, 5) does not match mask resolution (36, 18) for operation",
  );
  const missing = { operation: "mask_country", country: "FRA" };
  expect(sentenceOf((await run("tas_global_daily.nc", [missing])).outcome)).toContain(
    "The mask masks.nc has no variable m_FRA.",
  );
});

test("a mask of several steps is taken step by step, or refused: cdo takes the first", async () => {
  const today = (day: number, row: number, column: number) =>
    day === 1 ? mask(day, row, column) : 0;
  writeNetcdf(at("steps.nc"), { ...west, days: [0, 1, 2], variables: { m_0: today } });
  const two = { tas, pr: tas };
  writeNetcdf(at("one-step.nc"), { ...west, variables: { tas } });
  writeNetcdf(at("two-steps.nc"), { ...west, days: [0, 1], variables: { tas } });
  writeNetcdf(at("two.nc"), { ...west, days: [0, 1, 2], variables: two });
  const step = { operation: "mask_mask", mask: at("steps.nc") };
  const refusal = "failure bad_input: The mask steps.nc has several steps or levels, which are not";
  for (const name of ["one-step.nc", "two-steps.nc", "two.nc"])
    expect(sentenceOf((await run(name, [step])).outcome)).toBe(`${refusal} those of ${name}.`);
  const values = valuesOf(await made("tas_global_daily.nc", step), "tas");
  expect(values.flatMap((value) => value ?? [])).toEqual([tas(1, 9, 18), tas(1, 10, 18)]);
});

/** Of a cell of ten degrees whose edges are great circles: the excess of its two triangles. */
function area(lat: number): number {
  const corner = (x: number, y: number) => {
    const [a, b] = [(x * Math.PI) / 180, (y * Math.PI) / 180];
    return [Math.cos(b) * Math.cos(a), Math.cos(b) * Math.sin(a), Math.sin(b)] as const;
  };
  type Corner = ReturnType<typeof corner>;
  const dot = (p: Corner, q: Corner) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
  const triple = ([a, b, c]: Corner, q: Corner, r: Corner) =>
    a * (q[1] * r[2] - q[2] * r[1]) +
    b * (q[2] * r[0] - q[0] * r[2]) +
    c * (q[0] * r[1] - q[1] * r[0]);
  const excess = (p: Corner, q: Corner, r: Corner) =>
    2 * Math.atan2(Math.abs(triple(p, q, r)), 1 + dot(p, q) + dot(q, r) + dot(r, p));
  const [a, b, c, d] = [
    corner(0, lat - 5),
    corner(10, lat - 5),
    corner(10, lat + 5),
    corner(0, lat + 5),
  ];
  return excess(a, b, c) + excess(a, c, d);
}

test("a csv of means has dates and means over areas, and no word of standard error", async () => {
  const bbox = { west: 0, east: 40, south: -10, north: 60 };
  const path = await made("tas_global_daily.nc", {
    ...{ operation: "select_bbox", bbox, compute_mean: true, output_csv: true },
  });
  expect(path).toMatch(/\.csv$/);
  const lines = readFileSync(path, "utf8").split("\r\n");
  const rows = west.lat.flatMap((lat, row) => (lat > -10 && lat < 60 ? [{ lat, row }] : []));
  const total = rows.reduce((sum, { lat }) => sum + area(lat), 0);
  const mean = (day: number) =>
    rows.reduce((sum, { lat, row }) => sum + area(lat) * (tas(day, row, 19) + 0.5), 0) / total;
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe("");
  for (const day of [0, 1, 2]) {
    const [date, value] = lines[day]?.split(",") ?? [];
    expect(date).toBe(`2000-01-0${day + 1}`);
    expect(Number(value) / mean(day)).toBeCloseTo(1, 6);
  }
});

test("a csv of a country is as clean, though HDF5 complains", async () => {
  const path = await made("tas_global_daily.nc", {
    ...{ operation: "mask_country", country: "deu", compute_mean: true, output_csv: true },
  });
  const lines = readFileSync(path, "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(3);
  const [, lat] = [0, 5];
  const weights = [area(lat), area(15)];
  const total = Number(weights[0]) + Number(weights[1]);
  const mean = (Number(weights[0]) * tas(0, 9, 18) + Number(weights[1]) * tas(0, 10, 18)) / total;
  expect(Number(lines[0]?.split(",")[1]) / mean).toBeCloseTo(1, 6);
});

test("a chain works on what the operation before made, and tells its commands", async () => {
  const bbox = { west: -40, east: 40, south: -40, north: 40 };
  const inner = { west: 0, east: 20, south: 0, north: 20 };
  const { outcome, path } = await run("tas_global_daily.nc", [
    { operation: "select_bbox", bbox },
    { operation: "cutout_bbox", bbox: inner },
  ]);
  const inLon = (lon: number) => lon > 0 && lon < 20;
  expect(valuesOf(path, "tas")).toEqual(expected(west, inLon, inLon));
  const region = "lon-40.0to40.0lat-40.0to40.0+lon0.0to20.0lat0.0to20.0";
  expect(outcome).toMatchObject({
    results: [
      {
        details: {
          entry: `tas_${region}_daily.nc`,
          commands: [
            "cdo -f nc4c -z zip_5 -L -sellonlatbox,-40.000000,40.000000,-40.000000,40.000000 " +
              "tas_global_daily.nc step-1.nc",
            "ncks -O -h -d lon,0.000000,20.000000 -d lat,0.000000,20.000000 step-1.nc " +
              `tas_${region}_daily.nc`,
          ],
        },
      },
    ],
  });
});

test("a file that is no NetCDF, cut off, without a grid or too fine has its own sentence", async () => {
  const bbox = { west: 0, east: 20, south: 0, north: 20 };
  const select = [{ operation: "select_bbox", bbox }];
  writeFileSync(at("text.nc"), "this is text\n");
  expect(sentenceOf((await run("text.nc", select)).outcome)).toMatch(
    /^failure bad_input: text\.nc is no NetCDF file with coordinates lon and lat in degrees\./,
  );
  copyFileSync(at("tas_global_daily.nc"), at("cut.nc"));
  truncateSync(at("cut.nc"), 6_000);
  expect(sentenceOf((await run("cut.nc", select)).outcome)).toMatch(/^failure bad_input: cut\.nc/);
  writeNetcdf(at("fine.nc"), { lon: steps(0, 0.2, 1441), lat: [0, 1], variables: { tas } });
  expect(sentenceOf((await run("fine.nc", select)).outcome)).toBe(
    "failure too_large: resolution of fine.nc (lon, lat) is to high (1440, 720) " +
      'for operation "select_bbox"',
  );
  const operations = [{ operation: "mask_mask", mask: "/etc/passwd" }];
  await expect(run("tas_global_daily.nc", operations)).rejects.toThrow("The mask cannot be read:");
});

test("settings that cannot be meant are refused", () => {
  const bbox = { west: 0, east: 20, south: 0, north: 20 };
  for (const operation of [
    { operation: "select_bbox", bbox: { ...bbox, south: 30 } },
    { operation: "select_bbox", bbox: { ...bbox, west: 181 } },
    { operation: "select_bbox", bbox: { ...bbox, west: "10" } },
    { operation: "select_bbox", bbox: { ...bbox, west: Number.NaN } },
    { operation: "select_bbox", bbox: [0, 20, 0, 20] },
    { operation: "select_point", point: { lat: 120, lon: 0 } },
    { operation: "mask_country", country: "XYZ" },
    { operation: "mask_mask", mask: "/m.nc", var: "a,b" },
    { operation: "mask_mask", mask: "/m.nc", var: "m_0\n" },
    { operation: "rm" },
  ])
    expect(extract.settings.safeParse({ operations: [operation] }).success).toBe(false);
  const csv = { operation: "select_bbox", bbox, output_csv: true };
  const mean = { operation: "select_bbox", bbox, compute_mean: true };
  for (const first of [csv, mean])
    expect(extract.settings.safeParse({ operations: [first, csv] }).success).toBe(false);
  expect(extract.settings.safeParse({ operations: [] }).success).toBe(false);
  expect(extract.settings.safeParse({ operations: Array(5).fill(mean) }).success).toBe(false);
});

test("submit is refused where a program or a mask is missing, and says which", async () => {
  const check = (operations: object[], more: Record<string, unknown>) =>
    (extract as Operation).check?.(extract.settings.parse({ operations }), {
      ...submitCheck(folder, []),
      workersAreHere: true,
      facility: more,
    });
  const point = [{ operation: "cutout_point", point: { lat: 0, lon: 0 } }];
  await expect(check(point, { NCKS_BIN: "no-ncks" })).rejects.toThrow(
    "which lacks ncks (Debian's package nco; NCKS_BIN names it).",
  );
  await expect(check(point, { CDO_BIN: "/nowhere/cdo" })).rejects.toThrow("Debian's package cdo");
  await expect(check([{ operation: "mask_landonly" }], {})).rejects.toThrow(
    "mask_landonly has no mask on this service: its setting ISIMIP_LANDSEAMASK_FILE_PATH",
  );
  const missing = await run("tas_global_daily.nc", point, {}, { facility: { CDO_BIN: "no-cdo" } });
  expect(sentenceOf(missing.outcome)).toContain("failure no_program: extract cannot work");
});
