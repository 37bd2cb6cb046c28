// create_mask: shapes that come with a job become masks, read by real ogr2ogr.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindOf, valuesOf } from "../../support/netcdf.ts";
import { globe, type Isimip, type Job, startIsimip, tas } from "./isimip.ts";

let isimip: Isimip;
let folder: string;
beforeAll(async () => {
  isimip = await startIsimip();
  folder = join(isimip.folder, "shapes");
  mkdirSync(folder);
});
afterAll(() => isimip?.remove());

const daily = "one/tas_global_daily.nc";
type Ring = [number, number][];
const rectangle = (west: number, south: number, east: number, north: number): Ring => [
  ...([
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ] as Ring),
];
const area = (properties: object, ...coordinates: Ring[]) => ({
  type: "Feature",
  properties,
  geometry: { type: "Polygon", coordinates },
});
const features = [
  area({ Name: "west", scale_factor: 7, Count: 5 }, rectangle(-180, -90, 0, 90)),
  // With a hole in its middle
  area({ Name: "ring" }, rectangle(0, -40, 80, 40), rectangle(20, -20, 60, 20)),
  area({ Name: "slope" }, [
    [-90, -80],
    [90, -80],
    [0, 83],
    [-90, -80],
  ]),
];
const isIn: ((lon: number, lat: number) => boolean)[] = [
  (lon) => lon < 0,
  (lon, lat) =>
    lon > 0 && lon < 80 && Math.abs(lat) < 40 && !(lon > 20 && lon < 60 && Math.abs(lat) < 20),
  (lon, lat) => lat > -80 && lat < 83 - (Math.abs(lon) / 90) * 163,
];
const expected = (feature: number) =>
  [0, 1].flatMap((day) =>
    globe.lat.flatMap((lat, row) =>
      globe.lon.map((lon, column) =>
        isIn[feature]?.(lon, lat) ? tas(day, row, column) : undefined,
      ),
    ),
  );

function geojson(list: object[] = features, crs?: object): Buffer {
  return Buffer.from(JSON.stringify({ type: "FeatureCollection", crs, features: list }));
}

const projected = (name: string) => ({ type: "name", properties: { name } });

/** The same in another format, written by ogr2ogr. */
function converted(format: string, ending: string): string {
  const from = join(folder, `areas-${ending}.json`);
  const to = join(folder, `made.${ending}`);
  writeFileSync(from, geojson());
  execFileSync("ogr2ogr", ["-f", format, to, from], { stdio: "ignore" });
  return to;
}

function twoLayers(): string {
  const path = converted("GPKG", "gpkg");
  const more = ["-update", "-nln", "more", path, join(folder, "areas-gpkg.json")];
  execFileSync("ogr2ogr", more, { stdio: "ignore" });
  return path;
}

function zippedShapefile(): Buffer {
  const stem = converted("ESRI Shapefile", "shp").slice(0, -4);
  const parts = ["shp", "shx", "dbf", "prj"].map((part): [string, Uint8Array] => [
    `folder/made.${part}`,
    new Uint8Array(readFileSync(`${stem}.${part}`)),
  ]);
  return Buffer.from(zipSync({ ...Object.fromEntries(parts), "read me.txt": new Uint8Array(9) }));
}

async function mask(
  shape: string,
  bytes: Buffer,
  variable = "m_0",
  { paths = [daily], made = "made.nc" } = {},
): Promise<Job> {
  const form = new FormData();
  const operations = [
    { operation: "create_mask", shape, mask: made },
    { operation: "mask_mask", mask: made, var: variable },
  ];
  form.append("data", new Blob([JSON.stringify({ paths, operations })]), "data");
  form.append(shape, new Blob([new Uint8Array(bytes)]), shape);
  const { status, body, text } = await isimip.call("POST", "/isimip/api/v2", { body: form });
  expect([200, 201], text).toContain(status);
  return isimip.ended(body);
}

async function unpacked(job: Job): Promise<Record<string, string>> {
  expect(job, JSON.stringify(job)).toMatchObject({ status: "finished" });
  return Object.fromEntries(await isimip.unpacked(job));
}

test.each([0, 1, 2])(
  "of a feature in GeoJSON the right cells keep their values: m_%s",
  async (at) => {
    const files = await unpacked(await mask("areas.json", geojson(), `m_${at}`));
    expect(Object.keys(files)).toEqual([
      ...["tas_made_daily.nc", "README.txt", "areas.json", "made.nc"],
    ]);
    expect(valuesOf(files["tas_made_daily.nc"] ?? "", "tas")).toEqual(expected(at));
  },
);

test("the mask is NetCDF 4 with a byte for each cell, and the feature's properties", async () => {
  const paths = [daily, "one/pr_global.nc4"];
  const files = await unpacked(await mask("areas.json", geojson(), "m_0", { paths }));
  expect(Object.keys(files).filter((name) => name === "made.nc")).toHaveLength(1);
  const made = files["made.nc"] ?? "";
  expect(kindOf(made)).toBe("netCDF-4");
  const header = execFileSync("ncdump", ["-h", made], { encoding: "utf8" });
  for (const line of [
    ...["byte m_0(lat, lon)", "m_0:_FillValue = -128b", 'm_0:name = "west"'],
    ...['m_0:grid_mapping = "spatial_ref"', "m_0:feature_scale_factor = 7.", "m_0:count = 5."],
    ...["int spatial_ref", 'm_2:name = "slope"'],
  ])
    expect(header).toContain(line);
  const cells = valuesOf(made, "m_1");
  expect(cells).toEqual(
    expected(1)
      .slice(0, cells.length)
      .map((value) => value && 1),
  );
});

test("a zipped shapefile and a GeoPackage give the same cells", async () => {
  const shapes: [string, Buffer][] = [
    ["areas.zip", zippedShapefile()],
    ["areas.gpkg", readFileSync(converted("GPKG", "gpkg"))],
  ];
  for (const [name, bytes] of shapes) {
    const files = await unpacked(await mask(name, bytes, "m_1"));
    expect(valuesOf(files["tas_made_daily.nc"] ?? "", "tas"), name).toEqual(expected(1));
  }
});

const odd: [string, object, (lon: number, lat: number) => boolean][] = [
  [
    "beyond 180 degrees",
    { type: "Polygon", coordinates: [rectangle(170, -40, 200, 40)] },
    (lon, lat) => (lon > 170 || lon < -160) && Math.abs(lat) < 40,
  ],
  [
    "a collection with a line in it",
    {
      type: "GeometryCollection",
      geometries: [
        { type: "Polygon", coordinates: [rectangle(0, 0, 40, 40)] },
        { type: "LineString", coordinates: [rectangle(50, 0, 60, 10)[0], [60, 10]] },
      ],
    },
    (lon, lat) => lon > 0 && lon < 40 && lat > 0 && lat < 40,
  ],
  [
    "two areas, one over the other",
    {
      type: "MultiPolygon",
      coordinates: [[rectangle(0, 0, 40, 40)], [rectangle(20, 0, 60, 40)]],
    },
    (lon, lat) => lon > 0 && lon < 60 && lat > 0 && lat < 40,
  ],
];
test.each(odd)("of %s the cells inside keep their values", async (_, geometry, isInside) => {
  const job = await mask("odd.json", geojson([{ type: "Feature", properties: {}, geometry }]));
  const files = await unpacked(job);
  const wanted = [0, 1].flatMap((day) =>
    globe.lat.flatMap((lat, row) =>
      globe.lon.map((lon, column) => (isInside(lon, lat) ? tas(day, row, column) : undefined)),
    ),
  );
  expect(valuesOf(files["tas_made_daily.nc"] ?? "", "tas")).toEqual(wanted);
});

test("a shape and a mask of one name are both in the zip", async () => {
  const job = await mask("areas.json", geojson(), "m_0", { made: "areas.json" });
  const zip = await isimip.zip(job);
  expect([...zip.keys()].toSorted()).toEqual([
    ...["README.txt", "areas-2.json", "areas.json", "tas_areas_daily.nc"],
  ]);
  expect(zip.get("areas.json")).toBe(geojson().toString());
});

test("a feature without a cell does not keep others from being read", async () => {
  const shape = geojson([area({}, rectangle(1, 1, 2, 2)), ...features]);
  const files = await unpacked(await mask("areas.json", shape, "m_1"));
  expect(valuesOf(files["tas_made_daily.nc"] ?? "", "tas")).toEqual(expected(0));
});

test("no address that a shape names is asked, and its cells are not guessed", async () => {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/projection`;
  for (const crs of [{ type: "link", properties: { href: address } }, projected(address)]) {
    const job = await mask("areas.json", geojson(features, crs));
    expect(job.meta.errors?.["tas_global_daily.nc"]?.[0]).toContain("cannot be read as a shape.");
  }
  server.close();
  expect(asked).toEqual([]);
});

const line = {
  type: "LineString",
  coordinates: [
    [0, 0],
    [1, 1],
  ],
};
/** From pole to pole and back. */
const scribble = (edges: number): Ring => [
  ...Array.from({ length: edges }, (_, at): [number, number] => [0, at % 2 ? 90 : -90]),
  [0, -90],
];

test.each<[string, () => Buffer, string]>([
  ["text", () => Buffer.from("text"), "is no zipped shapefile, no GeoJSON and no GeoPackage."],
  [
    "a list of other files",
    () => Buffer.from("<OGRVRTDataSource><OGRVRTLayer name='passwd'/></OGRVRTDataSource>"),
    "is no zipped shapefile, no GeoJSON and no GeoPackage.",
  ],
  ["half a zip", () => zippedShapefile().subarray(0, 300), "cannot be unpacked."],
  ["an empty zip", () => Buffer.from(zipSync({})), "has 0 shapefiles, not one."],
  [
    "a zip with text for a shapefile",
    () => Buffer.from(zipSync({ "a.shp": new Uint8Array(200) })),
    "is no shapefile.",
  ],
  [
    "a zip bomb",
    () => Buffer.from(zipSync({ "a.shp": new Uint8Array(30 * 2 ** 20) })),
    "has an entry that is packed to less than 1 in 200.",
  ],
  [
    "too many entries",
    () =>
      Buffer.from(
        zipSync(
          Object.fromEntries(
            Array.from({ length: 200 }, (_, at) => [`${at}.txt`, new Uint8Array()]),
          ),
        ),
      ),
    "has more than 100 entries.",
  ],
  [
    "no areas",
    () => geojson([{ type: "Feature", properties: {}, geometry: line }]),
    "has no areas.",
  ],
  [
    "no geometry",
    () => geojson([{ type: "Feature", properties: {}, geometry: null }]),
    "has no areas.",
  ],
  [
    "a scribble over all cells",
    () => geojson([area({}, scribble(700_000))]),
    "has too many edges over too many cells.",
  ],
  [
    "in metres without a word of it",
    () => geojson([area({}, rectangle(0, 0, 500_000, 500_000))]),
    "has coordinates that are no degrees.",
  ],
  [
    "in a projection that nobody knows",
    () => geojson(features, projected("EPSG:99999")),
    "cannot be read as a shape.",
  ],
  [
    "over the date line in a projection",
    () => geojson([area({}, rectangle(-3e5, 15e5, 3e5, 2e6))], projected("EPSG:3995")),
    "goes over the date line in a projection: cut it there, or send it in degrees.",
  ],
  [
    "in a projection of another kind",
    () => geojson(features, { type: "proj4", properties: { name: "+proj=utm +zone=33" } }),
    'cannot be read as a shape. Its "crs" does not name a projection.',
  ],
  ["of two layers", () => readFileSync(twoLayers()), "has 2 layers, not one."],
  [
    "smaller than a cell",
    () => geojson([area({}, rectangle(1, 1, 2, 2)), area({}, rectangle(0, 0, 40, 40))]),
    "m_0 of x.zip has no cell of the file: it has no area, or no cell has its centre in it.",
  ],
  [
    "no area beside others",
    () => geojson([{ type: "Feature", properties: {}, geometry: line }, ...features]),
    "Feature m_0 of x.zip has no cell of the file",
  ],
  ["broken GeoJSON", () => Buffer.from('{"type": "Featu'), "cannot be read as a shape."],
])("a shape that is %s fails the files with a sentence", async (_, bytes, sentence) => {
  const job = await mask("x.zip", bytes());
  expect(job.status).toBe("failed");
  const [text = ""] = job.meta.errors?.["tas_global_daily.nc"] ?? [];
  expect(text).toContain(sentence);
  expect(text).not.toContain(isimip.service.dataDir);
});

test("a variable that the shape has no feature for fails the files", async () => {
  const job = await mask("areas.json", geojson(), "m_9");
  expect(job.meta.errors?.["tas_global_daily.nc"]).toEqual([
    "The mask made.nc has no variable m_9.",
  ]);
});
