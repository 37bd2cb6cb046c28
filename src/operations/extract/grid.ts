import { z } from "zod";
import type { Box, Point } from "./settings.ts";

/** The coordinates of a file's cells, in degrees, in their order. */
export interface Grid {
  lon: number[];
  lat: number[];
}

/** cdo weighs all cells alike where units are not named, and takes radians for what they are. */
const attributes = z.object({ units: z.string().regex(/^degree/i) });
const variable = z.object({
  shape: z.array(z.string()),
  attributes,
  data: z.array(z.number()).min(1),
});
const header = z.object({
  variables: z.object({ lon: variable, lat: variable }),
});

/** What `ncks --jsn --fmt_val=%.9g -C -v lon,lat` prints; undefined where this is no such grid. */
export function gridOf(printed: string): Grid | undefined {
  const { data } = header.safeParse(json(printed));
  if (!data) return undefined;
  const { lon, lat } = data.variables;
  if (lon.shape.join() !== "lon" || lat.shape.join() !== "lat") return undefined;
  return { lon: lon.data, lat: lat.data };
}

/** undefined where it is none */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Cell {
  /** from 1, as cdo counts them */
  column: number;
  row: number;
  lon: number;
  lat: number;
  /** the point is on its edge, and as near to another cell */
  isOnEdge: { lon: boolean; lat: boolean };
}

/** The cell nearest to a point, on the globe; undefined where the point is beside the grid. */
export function cellAt(grid: Grid, { lon, lat }: Point): Cell | undefined {
  const x = nearest(grid.lon, (value) => Math.abs(around(lon - value)));
  const y = nearest(grid.lat, (value) => Math.abs(lat - value));
  const centre = { lon: grid.lon[x.index] ?? 0, lat: grid.lat[y.index] ?? 0 };
  const isInside =
    Math.abs(around(lon - centre.lon)) <= reach(grid.lon) &&
    Math.abs(lat - centre.lat) <= reach(grid.lat);
  if (!isInside) return undefined;
  const isOnEdge = { lon: x.isTie, lat: y.isTie };
  return { column: x.index + 1, row: y.index + 1, ...centre, isOnEdge };
}

/** Degrees: what the commands print is rounded to it. */
const printed = 2e-6;

/** Between two cells the even index is taken, as Python rounds. */
function nearest(values: readonly number[], distance: (value: number) => number) {
  let best = { index: 0, isTie: false };
  let least = Number.POSITIVE_INFINITY;
  for (const [index, value] of values.entries()) {
    const here = distance(value);
    if (Math.abs(here - least) < printed)
      best = { index: best.index % 2 === 0 ? best.index : index, isTie: true };
    else if (here < least) [best, least] = [{ index, isTie: false }, here];
  }
  return best;
}

/** How far from a centre a cell goes: half of the widest step. Of a single cell it is unknown. */
function reach(values: readonly number[]): number {
  if (values.length < 2) return 360;
  return (stepOf(values) / 2) * (1 + 1e-6);
}

function stepOf(values: readonly number[]): number {
  return Math.max(...stepsOf(values));
}

function stepsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? value)));
}

/** The angle from -180 up to 180. */
function around(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

/**
 * The point as ncks finds this cell by it: it does not know that 350 is -10, and of two cells that
 * are as near it takes the one or the other.
 */
export function pointFor({ isOnEdge, ...cell }: Cell, { lon, lat }: Point): Point {
  return {
    lon: isOnEdge.lon ? cell.lon : cell.lon + around(lon - cell.lon),
    lat: isOnEdge.lat ? cell.lat : lat,
  };
}

/**
 * West and east as they are written in the file. ncks wraps where west is the greater, but reads
 * -20 of a file from 0 to 360 as beside the file, and would leave those cells out in silence.
 * Undefined where one call of ncks cannot cut the box: it meets both ends of a part of the globe.
 */
export function boundsIn(
  { lon }: Grid,
  { west, east }: Box,
): [west: number, east: number] | undefined {
  const [least, most] = [Math.min(...lon), Math.max(...lon)];
  const half = lon.length > 1 ? stepOf(lon) / 2 : 0;
  const isGlobal = lon.length > 1 && most - least + 2 * half >= 360 - half * 1e-6;
  if (isGlobal) {
    // Wider than the outer centres, since what is printed of them is rounded
    if (east - west >= 360) return [least - half / 2, most + half / 2];
    const into = (value: number) =>
      [value, value + 360, value - 360].find(
        (turned) => turned >= least - half * 1.000001 && turned <= most + half * 1.000001,
      ) ?? value;
    return [into(west), into(east)];
  }
  const end = west > east ? east + 360 : east;
  const turns = [0, 360, -360].filter((turn) => west + turn <= most && end + turn >= least);
  const [turn = 0, ...more] = turns;
  return more.length > 0 ? undefined : [west + turn, end + turn];
}

/** Whether both have the same cells, in the same order. */
export function isSameGrid(one: Grid, other: Grid): boolean {
  return areSame(one.lon, other.lon) && areSame(one.lat, other.lat);
}

function areSame(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return false;
  const slack = one.length > 1 ? Math.min(...stepsOf(one)) / 100 : 1e-3;
  return one.every((value, index) => Math.abs(value - (other[index] ?? Number.NaN)) <= slack);
}
