import type { Ring } from "./features.ts";
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

/** 1 for each cell whose centre is inside, -128 for the others; latitude by latitude. */
export function rasterize(rings: readonly Ring[], { lat }: Grid, columns: Columns): Int8Array {
  const width = columns.lon.length;
  const cells = new Int8Array(width * lat.length).fill(outside);
  const rows = lat.map((value, row) => ({ value, row })).toSorted((a, b) => a.value - b.value);
  const heights = Float64Array.from(rows, ({ value }) => value);
  const crossings: number[][] = rows.map(() => []);
  for (const ring of rings)
    for (let at = 0; at + 1 < ring.length; at++) cross(ring[at], ring[at + 1], heights, crossings);
  for (const [index, { row }] of rows.entries()) {
    const found = (crossings[index] ?? []).toSorted((one, other) => one - other);
    for (let at = 0; at + 1 < found.length; at += 2) {
      const first = firstFrom(columns.lon, found[at] ?? 0);
      const end = firstFrom(columns.lon, found[at + 1] ?? 0);
      for (let column = first; column < end; column++)
        cells[row * width + (columns.column[column] ?? 0)] = 1;
    }
  }
  return cells;
}

type Position = Ring[number] | undefined;

/** Where the edge meets each latitude of the grid; its upper end belongs to the next edge. */
function cross(from: Position, to: Position, heights: Float64Array, crossings: number[][]): void {
  if (!from || !to || from[1] === to[1]) return;
  const [low, high] = from[1] < to[1] ? [from, to] : [to, from];
  const slope = (high[0] - low[0]) / (high[1] - low[1]);
  const end = firstFrom(heights, high[1]);
  for (let row = firstFrom(heights, low[1]); row < end; row++)
    crossings[row]?.push(low[0] + slope * ((heights[row] ?? 0) - low[1]));
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
