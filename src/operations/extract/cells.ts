// What is checked of a grid before a box is cut out of it.
import type { Grid } from "./grid.ts";
import type { Box } from "./settings.ts";

/** Why boxes and means of it would be wrong, in a sentence; undefined where they are not. */
export function problemOfOrder({ lon, lat }: Grid): string | undefined {
  const [east, north] = [lon, lat].map(stepsOf) as [number[], number[]];
  if (!east.every((step) => step > 0))
    return "The longitudes of the file do not rise from cell to cell.";
  const isTwice = (lon.at(-1) ?? 0) - (lon[0] ?? 0) >= 360 - Math.min(...east) / 2;
  if (lon.length > 1 && isTwice) return "The file has cells of one longitude twice.";
  if (!(north.every((step) => step > 0) || north.every((step) => step < 0)))
    return "The latitudes of the file do not all rise or fall from cell to cell.";
  return undefined;
}

function stepsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - (values[index] ?? value));
}

/** Degrees: what remains of turning a longitude by 360. */
const rounding = 1e-9;

/** Whether the centre of a cell is in the box. */
export function hasCells({ lon, lat }: Grid, { west, east, south, north }: Box): boolean {
  const width = west > east ? east + 360 - west : east - west;
  const isInside = (value: number) => {
    const turns = Math.floor((value - west + rounding) / 360);
    return value - west - turns * 360 <= width + rounding;
  };
  return lon.some(isInside) && lat.some((value) => south <= value && value <= north);
}
