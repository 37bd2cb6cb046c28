import type { Area, Ring } from "./features.ts";
import type { Grid } from "./grid.ts";

/** Of a byte that is missing. */
const outside = -128;

/** Longitudes of the grid from -180 up to 180, in their order, with the column of each. */
export interface Columns {
  lon: Float64Array;
  column: Uint32Array;
}

export function columnsOf({ lon }: Grid): Columns {
  const sorted = lon
    .map((value, column) => ({ value: ((((value + 180) % 360) + 360) % 360) - 180, column }))
    .toSorted((one, other) => one.value - other.value);
  return {
    lon: Float64Array.from(sorted, ({ value }) => value),
    column: Uint32Array.from(sorted, ({ column }) => column),
  };
}

/** How often edges meet latitudes of the grid: what `rasterize` takes of time and memory. */
export function countCrossings(areas: readonly Area[], { lat }: Grid): number {
  const heights = Float64Array.from(lat).sort();
  let count = 0;
  for (const ring of areas.flat())
    for (let at = 0; at + 1 < ring.length; at++) {
      const [from, to] = [ring[at]?.[1] ?? 0, ring[at + 1]?.[1] ?? 0];
      count += Math.abs(firstFrom(heights, to) - firstFrom(heights, from));
    }
  return count;
}

/** 1 for each cell whose centre is inside, -128 for the others; latitude by latitude. */
export function rasterize(areas: readonly Area[], { lat }: Grid, columns: Columns): Int8Array {
  const width = columns.lon.length;
  const cells = new Int8Array(width * lat.length).fill(outside);
  const rows = lat
    .map((value, row) => ({ value: Math.min(value, highest), row }))
    .toSorted((a, b) => a.value - b.value);
  const heights = Float64Array.from(rows, ({ value }) => value);
  for (const area of areas) {
    for (const [index, found] of crossingsOf(area, heights)) {
      const start = (rows[index]?.row ?? 0) * width;
      for (let at = 0; at + 1 < found.length; at += 2)
        fill(cells, { start, columns, from: found[at] ?? 0, to: found[at + 1] ?? 0 });
    }
  }
  return cells;
}

/** The upper edge of an area is not inside it; but what ends at the pole has the pole. */
const highest = 90 - 1e-9;

/** Of each latitude that the area meets: where it begins and ends, by pairs. */
function crossingsOf(area: Area, heights: Float64Array): Map<number, number[]> {
  const crossings = new Map<number, number[]>();
  for (const ring of area)
    for (let at = 0; at + 1 < ring.length; at++) cross(ring[at], ring[at + 1], heights, crossings);
  for (const found of crossings.values()) found.sort((one, other) => one - other);
  return crossings;
}

interface Stretch {
  /** of the row */
  start: number;
  columns: Columns;
  /** degrees, of any turn of the globe */
  from: number;
  to: number;
}

function fill(cells: Int8Array, { start, columns, from, to }: Stretch): void {
  const firstTurn = Math.floor((from + 180) / 360);
  for (let turn = firstTurn; turn * 360 - 180 < to; turn++) {
    const first = firstFrom(columns.lon, from - turn * 360);
    const end = firstFrom(columns.lon, to - turn * 360);
    for (let column = first; column < end; column++)
      cells[start + (columns.column[column] ?? 0)] = 1;
  }
}

type Position = Ring[number] | undefined;

/** Where the edge meets each latitude of the grid; its upper end belongs to the next edge. */
function cross(
  from: Position,
  to: Position,
  heights: Float64Array,
  into: Map<number, number[]>,
): void {
  if (!from || !to || from[1] === to[1]) return;
  const [low, high] = from[1] < to[1] ? [from, to] : [to, from];
  const slope = (high[0] - low[0]) / (high[1] - low[1]);
  const end = firstFrom(heights, high[1]);
  for (let row = firstFrom(heights, low[1]); row < end; row++) {
    const found = into.get(row) ?? [];
    found.push(low[0] + slope * ((heights[row] ?? 0) - low[1]));
    into.set(row, found);
  }
}

/** The index of the first value that is not less; values rise. */
function firstFrom(values: Float64Array, least: number): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle] ?? 0) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}
