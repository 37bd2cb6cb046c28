// NetCDF files made from CDL text by `ncgen`, and read by `ncdump`: neither is a part of ours.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/** Debian's packages, by their programs. */
export const netcdfPackages = {
  ...{ cdo: "cdo", ncks: "nco", ncgen: "netcdf-bin", ncdump: "netcdf-bin" },
  ogr2ogr: "gdal-bin",
};

/** Fails loudly where a program is missing: a test that skips would pass without a look. */
export function needNetcdfTools(): void {
  for (const [program, name] of Object.entries(netcdfPackages))
    if (spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0)
      throw new Error(`These tests need ${program}: apt-get install ${name}`);
}

export interface Written {
  lon: number[];
  lat: number[];
  /** days since 2000-01-01 */
  days?: number[];
  /** of ncgen's: NetCDF 3, 4, 4 classic */
  kind?: "classic" | "nc4" | "nc7";
  /** by name; a value is undefined where it is missing */
  variables: Record<string, (day: number, row: number, column: number) => number | undefined>;
  /** values are kept as whole numbers: value = kept * scale + offset */
  packed?: { scale: number; offset: number };
  /** further attributes and variables, as CDL */
  lines?: string[];
}

const missing = -999;

export function writeNetcdf(path: string, written: Written): string {
  const { lon, lat, days = [0], kind = "nc4", variables, packed, lines = [] } = written;
  const names = Object.keys(variables);
  const kept = (value: number | undefined) => {
    if (value === undefined) return missing;
    return packed ? Math.round((value - packed.offset) / packed.scale) : value;
  };
  const data = names.map((name) => {
    const values = days.flatMap((_, day) =>
      lat.flatMap((_, row) => lon.map((_, column) => kept(variables[name]?.(day, row, column)))),
    );
    return `${name} = ${values.join(",")};`;
  });
  const declared = names.flatMap((name) => [
    `${packed ? "int" : "double"} ${name}(time,lat,lon);`,
    `${name}:_FillValue = ${missing}${packed ? "" : "."};`,
    ...(packed
      ? [`${name}:scale_factor = ${packed.scale};`, `${name}:add_offset = ${packed.offset}.;`]
      : []),
  ]);
  const text = [
    "netcdf made { dimensions:",
    `lon = ${lon.length}; lat = ${lat.length}; time = UNLIMITED; variables:`,
    'double lon(lon); lon:units = "degrees_east"; lon:standard_name = "longitude";',
    'double lat(lat); lat:units = "degrees_north"; lat:standard_name = "latitude";',
    'double time(time); time:units = "days since 2000-01-01"; time:calendar = "standard";',
    ...[...declared, ...lines],
    `data: lon = ${lon.join(",")}; lat = ${lat.join(",")}; time = ${days.join(",")};`,
    ...[...data, "}"],
  ].join("\n");
  writeFileSync(`${path}.cdl`, text);
  execFileSync("ncgen", ["-k", kind, "-o", path, `${path}.cdl`]);
  return path;
}

/** The values of a variable, in the file's order; undefined where one is missing. */
export function valuesOf(path: string, variable: string): (number | undefined)[] {
  const text = execFileSync("ncdump", ["-p", "9,17", "-v", variable, path], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const found = new RegExp(`^data:[^]*^ ${variable} =([^;]*);`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`${path} has no values of ${variable}.`);
  return found
    .split(",")
    .map((word) => word.trim())
    .map((word) => (word === "_" ? undefined : Number(word)));
}

/** `classic`, `netCDF-4` and others, as ncdump calls it. */
export function kindOf(path: string): string {
  return execFileSync("ncdump", ["-k", path], { encoding: "utf8" }).trim();
}

/** Steps of a globe: from `first`, `count` of them. */
export function steps(first: number, step: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + step * index);
}
