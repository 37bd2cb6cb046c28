import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { complaintOf } from "./complaints.ts";
import { ExtractError, stopped } from "./extract-error.ts";
import { type Feature, featuresOf, hasWideEdge, isOnGlobe } from "./features.ts";
import type { Grid } from "./grid.ts";
import { type Attribute, type NewVariable, writeClassic } from "./netcdf-writer.ts";
import { columnsOf, countCrossings, rasterize } from "./rasterize.ts";
import { runTool, type ToolRun } from "./run-tool.ts";
import { openShape } from "./shape.ts";

export interface MaskPlan {
  /** the shape's file, and its own name for sentences */
  path: string;
  name: string;
  /** variables of the mask that are read afterwards */
  wanted: readonly string[];
  grid: Grid;
  tools: { ogr2ogr: string; ncks: string };
  run: Pick<ToolRun, "folder" | "memoryMegabytes" | "seconds" | "outputMegabytes" | "signal">;
}

const mostFeatures = 1_000;
const mostBytes = 2 ** 30;
/** Of edges and latitudes: a country's outline in full detail has less than a million. */
const mostCrossings = 10_000_000;

/** Makes a NetCDF file with a variable for each feature; returns its plain name. */
export async function createMask(plan: MaskPlan): Promise<string> {
  const { path, name, grid, tools, run } = plan;
  const shape = await openShape(path, name, run.folder);
  const conversion = { name, program: tools.ogr2ogr, run };
  await toGeoJson(shape, conversion);
  const { layers, isInDegrees } = await probe(shape, conversion);
  if (layers > 1) throw new ExtractError("bad_input", `${name} has ${layers} layers, not one.`);
  const features: Feature[] = [];
  for await (const feature of featuresOf(join(run.folder, "features.json"))) {
    features.push(feature);
    if (features.length > mostFeatures)
      throw new ExtractError("too_large", `${name} has more than ${mostFeatures} features.`);
    if (!isOnGlobe(feature))
      throw new ExtractError("bad_input", `${name} has coordinates that are no degrees.`);
  }
  // Of degrees an edge is what it says; where they are computed it may go the other way around
  if (!isInDegrees && features.some(hasWideEdge))
    throw new ExtractError(
      "bad_input",
      `${name} goes over the date line in a projection: cut it there, or send it in degrees.`,
    );
  if (!features.some(({ areas }) => areas.length > 0))
    throw new ExtractError("bad_input", `${name} has no areas.`);
  if (grid.lon.length * grid.lat.length * features.length > mostBytes)
    throw new ExtractError("too_large", `The mask of ${name} would have more than 1 GB.`);
  let crossings = 0;
  for (const { areas } of features) crossings += countCrossings(areas, grid);
  if (crossings > mostCrossings)
    throw new ExtractError("too_large", `${name} has too many edges over too many cells.`);
  await write(join(run.folder, "mask.classic.nc"), features, plan);
  const args = ["-O", "-h", "-4", "-L", "5", "mask.classic.nc", "mask.made.nc"];
  const end = await runTool({ ...run, program: tools.ncks, args, environment: {} });
  if (end.failure === "canceled") throw stopped();
  if (end.failure !== undefined)
    throw new ExtractError("internal", `The mask of ${name} could not be written.`);
  return "mask.made.nc";
}

interface Conversion {
  name: string;
  program: string;
  run: MaskPlan["run"];
}

async function toGeoJson(shape: string, { name, program, run }: Conversion): Promise<void> {
  const args = ["-f", "GeoJSONSeq", "-t_srs", "EPSG:4326", "features.json", shape];
  const end = await runTool({ ...run, program, args, environment });
  if (end.failure === "canceled") throw stopped();
  const why = complaintOf(end.complaints, new Map([[shape, name]]));
  // It also ends well where it does not know the projection, and takes metres for degrees
  if (end.failure === undefined && !/^ERROR/m.test(end.complaints)) return;
  throw new ExtractError("bad_input", `${name} cannot be read as a shape.${why && ` ${why}`}`);
}

/** It would ask for a projection at any address that the shape names: this proxy is never there. */
const environment = {
  GDAL_HTTP_PROXY: "http://127.0.0.1:1",
  PROJ_NETWORK: "OFF",
  // Of formats that it tries, these read what others name
  OGR_SKIP: "OGR_VRT,VRT,WMS,WCS,WMTS,SQLite,GMLAS,PDS4,VICAR",
  GDAL_DRIVER_PATH: "disable",
};

/**
 * How many layers with geometries the shape has, and whether it is in degrees. Written as
 * shapefiles, each layer is a file of its own, with its projection in another. The features of
 * several layers would be numbered across all of them.
 */
async function probe(
  shape: string,
  { name, program, run }: Conversion,
): Promise<{ layers: number; isInDegrees: boolean }> {
  const args = ["-f", "ESRI Shapefile", "-limit", "1", "-skipfailures", "probe", shape];
  const end = await runTool({ ...run, program, args, environment });
  if (end.failure === "canceled") throw stopped();
  // It also ends with a status where a geometry has no place in a shapefile
  if (end.failure !== undefined && end.failure !== "status")
    throw new ExtractError("bad_input", `${name} cannot be read as a shape.`);
  const folder = join(run.folder, "probe");
  const files = await readdir(folder).catch(() => []);
  const projections = files.filter((file) => file.endsWith(".prj"));
  const texts = await Promise.all(projections.map((file) => readFile(join(folder, file), "utf8")));
  return {
    layers: files.filter((file) => file.endsWith(".shp")).length,
    isInDegrees: texts.length > 0 && texts.every((text) => text.startsWith("GEOGCS")),
  };
}

/** Throws where a feature that is read has no cell: the file would be done, with no value in it. */
async function write(
  path: string,
  features: readonly Feature[],
  { name: shape, wanted, grid }: Pick<MaskPlan, "name" | "wanted" | "grid">,
): Promise<void> {
  const columns = columnsOf(grid);
  const masks = features.map(({ areas, properties }, index): NewVariable => {
    const name = `m_${index}`;
    return {
      name,
      kind: "byte",
      dimensions: [0, 1],
      attributes: {
        _FillValue: Int8Array.of(-128),
        ...attributesOf(properties),
        grid_mapping: "spatial_ref",
      },
      values() {
        const cells = rasterize(areas, grid, columns);
        if (!wanted.includes(name) || cells.includes(1)) return Buffer.from(cells.buffer);
        throw new ExtractError(
          "bad_input",
          `Feature ${name} of ${shape} has no cell of the file: it has no area, or no cell has ` +
            "its centre in it.",
        );
      },
    };
  });
  const file = await open(path, "wx", 0o600);
  try {
    await writeClassic(
      file,
      [
        { name: "lat", length: grid.lat.length },
        { name: "lon", length: grid.lon.length },
      ],
      [axis("lat", 0, grid.lat), axis("lon", 1, grid.lon), spatialRef, ...masks],
    );
  } finally {
    await file.close();
  }
}

function axis(name: "lat" | "lon", dimension: number, values: readonly number[]): NewVariable {
  const isLat = name === "lat";
  return {
    name,
    kind: "double",
    dimensions: [dimension],
    attributes: {
      standard_name: isLat ? "latitude" : "longitude",
      units: isLat ? "degrees_north" : "degrees_east",
      axis: isLat ? "Y" : "X",
    },
    values() {
      const bytes = Buffer.alloc(values.length * 8);
      for (const [index, value] of values.entries()) bytes.writeDoubleBE(value, index * 8);
      return bytes;
    },
  };
}

const spatialRef: NewVariable = {
  name: "spatial_ref",
  kind: "int",
  dimensions: [],
  attributes: { grid_mapping_name: "latitude_longitude", long_name: "WGS 84" },
  values: () => Buffer.alloc(4),
};

/** Attributes that say how values are read: of a feature they get another name. */
const ofNetcdf = new Set([
  ...["add_offset", "bounds", "coordinates", "grid_mapping", "missing_value", "scale_factor"],
  ...["units", "valid_max", "valid_min", "valid_range"],
]);
const longestText = 1_000;

function attributesOf(properties: Record<string, unknown>): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const [key, value] of Object.entries(properties)) {
    const name = key.toLowerCase().replace(/[^a-z0-9_]/g, "_");
    const named = ofNetcdf.has(name) || !/^[a-z]/.test(name) ? `feature_${name}` : name;
    if (typeof value === "number" && Number.isFinite(value)) attributes[named] = value;
    else if (typeof value === "string") attributes[named] = value.slice(0, longestText);
    else if (typeof value === "boolean") attributes[named] = String(value);
  }
  return attributes;
}
