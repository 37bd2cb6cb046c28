// Makes the example data of the ISIMIP Files API: npx tsx doc/examples/isimip/make.ts
// Masks of countries and land on the grid of half degrees, from Natural Earth as the npm package
// world-atlas has it, and a day of a temperature that no model has made.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { countries as codes } from "../../../src/operations/extract/countries.ts";
import type { Ring } from "../../../src/operations/extract/features.ts";
import { type NewVariable, writeClassic } from "../../../src/operations/extract/netcdf-writer.ts";
import { columnsOf, rasterize } from "../../../src/operations/extract/rasterize.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const module = (path: string): unknown =>
  JSON.parse(readFileSync(here(`../../../node_modules/${path}`), "utf8"));

const grid = {
  lon: Array.from({ length: 720 }, (_, column) => -179.75 + column / 2),
  lat: Array.from({ length: 360 }, (_, row) => 89.75 - row / 2),
};
const columns = columnsOf(grid);

const arcs = z.array(z.array(z.number()));
const shape = z.object({
  type: z.string(),
  arcs: z.union([arcs, z.array(arcs)]).optional(),
  id: z.string().optional(),
});
const topology = z.object({
  arcs: z.array(z.array(z.tuple([z.number(), z.number()]))),
  transform: z.object({
    scale: z.tuple([z.number(), z.number()]),
    translate: z.tuple([z.number(), z.number()]),
  }),
  objects: z.record(z.string(), z.object({ geometries: z.array(shape) })),
});

/** The areas of a file of TopoJSON, with their ids. */
function areasOf(path: string, object: string): { id: string; rings: Ring[] }[] {
  const { arcs: packed, transform, objects } = topology.parse(module(path));
  const lines = packed.map((arc): Ring => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [
        x * transform.scale[0] + transform.translate[0],
        y * transform.scale[1] + transform.translate[1],
      ] as const;
    });
  });
  const line = (arc: number): Ring =>
    (arc < 0 ? (lines[~arc] ?? []).toReversed() : lines[arc]) ?? [];
  const ring = (parts: number[]): Ring =>
    parts.flatMap((arc, index) => (index === 0 ? line(arc) : line(arc).slice(1)));
  return (objects[object]?.geometries ?? []).map(({ type, arcs: parts = [], id = "" }) => {
    const polygons = (type === "MultiPolygon" ? parts : [parts]) as number[][][];
    return { id, rings: polygons.flat().map(ring) };
  });
}

const numbers = z.array(z.tuple([z.string(), z.string(), z.string()]).rest(z.unknown()));

/** By code, as the ISIMIP masks call them. */
function countryAreas(): Map<string, Ring[]> {
  const alpha3 = new Map(
    numbers
      .parse(module("i18n-iso-countries/codes.json"))
      .map(([, code, number]) => [number, code] as const),
  );
  const found = new Map<string, Ring[]>();
  for (const { id, rings } of areasOf("world-atlas/countries-50m.json", "countries")) {
    const code = alpha3.get(id.padStart(3, "0")) ?? "";
    if (codes.includes(code)) found.set(code, [...(found.get(code) ?? []), ...rings]);
  }
  return found;
}

const axis = (name: "lat" | "lon", index: number): NewVariable => ({
  name,
  kind: "double",
  dimensions: [index],
  attributes: {
    standard_name: name === "lat" ? "latitude" : "longitude",
    units: name === "lat" ? "degrees_north" : "degrees_east",
  },
  values: () => numbersOf(grid[name], 8, (bytes, value, at) => bytes.writeDoubleBE(value, at)),
});

function numbersOf(
  values: readonly number[],
  size: number,
  put: (bytes: Buffer, value: number, at: number) => void,
): Buffer {
  const bytes = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) put(bytes, value, index * size);
  return bytes;
}

const source = "Natural Earth 1:50m (public domain), by the npm package world-atlas 2.0.2 (ISC)";

const mask = (name: string, rings: readonly Ring[], first = 0): NewVariable => ({
  name,
  kind: "byte",
  dimensions: [first, first + 1],
  attributes: { _FillValue: Int8Array.of(-128), source },
  values: () => Buffer.from(rasterize([rings], grid, columns).buffer),
});

async function write(name: string, variables: NewVariable[], time = false): Promise<void> {
  const raw = here(`${name}.classic`);
  const file = await open(raw, "w");
  const dimensions = [
    ...(time ? [{ name: "time", length: 1 }] : []),
    { name: "lat", length: grid.lat.length },
    { name: "lon", length: grid.lon.length },
  ];
  const first = time ? 1 : 0;
  await writeClassic(file, dimensions, [axis("lat", first), axis("lon", first + 1), ...variables]);
  await file.close();
  execFileSync("ncks", ["-O", "-h", "-7", "-L", "9", raw, here(name)]);
  rmSync(raw);
}

const areas = [...countryAreas()].toSorted(([one], [other]) => (one < other ? -1 : 1));
await write(
  "countrymasks.nc",
  areas.map(([code, rings]) => mask(`m_${code}`, rings)),
);
const land = areasOf("world-atlas/land-50m.json", "land").flatMap(({ rings }) => rings);
await write("landseamask.nc", [mask("mask", land)]);

const radians = (degrees: number) => (degrees * Math.PI) / 180;
/** In tenths of a degree Celsius. */
const temperature = grid.lat.flatMap((lat) =>
  grid.lon.map((lon) =>
    Math.round(
      300 -
        550 * Math.sin(radians(lat)) ** 2 +
        60 * Math.cos(radians(3 * lon)) * Math.cos(radians(lat)),
    ),
  ),
);
const int = (values: readonly number[]) =>
  numbersOf(values, 4, (bytes, value, at) => bytes.writeInt32BE(value, at));
await write(
  "tas_global_daily.nc",
  [
    {
      name: "time",
      kind: "int",
      dimensions: [0],
      attributes: { units: "days since 2000-01-01", calendar: "standard" },
      values: () => int([0]),
    },
    {
      name: "tas",
      kind: "int",
      dimensions: [0, 1, 2],
      attributes: { units: "degC", long_name: "made up for trying out", scale_factor: 0.1 },
      values: () => int(temperature),
    },
  ],
  true,
);
