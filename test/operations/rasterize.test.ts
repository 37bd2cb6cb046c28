// Cells of shapes where longitudes turn and latitudes end; values are written down, not computed.
import { expect, test } from "vitest";
import { columnsOf, rasterize } from "../../src/operations/extract/rasterize.ts";

type Position = [number, number];

function cellsIn(lon: number[], lat: number[], [west, east, south, north]: number[]): string[] {
  const [w, e, s, n] = [west, east, south, north].map(Number) as [number, number, number, number];
  const ring: Position[] = [[w, s], [e, s], [e, n], [w, n], [w, s]]; // biome-ignore format: a box
  const grid = { lon, lat };
  const cells = [...rasterize([[ring]], grid, columnsOf(grid))];
  return lat.map((_, row) =>
    cells
      .slice(row * lon.length, (row + 1) * lon.length)
      .map((cell) => ({ "1": "x", "-128": "." })[cell] ?? "?")
      .join(""),
  );
}

const signed = [-135, -45, 45, 135];
const unsigned = [45, 135, 225, 315];

test.each([
  [signed, [100, 260], "x..x"],
  [unsigned, [100, 260], ".xx."],
  [signed, [-260, -100], "x..x"],
  [unsigned, [-100, 0], "...x"],
  [signed, [0, 360], "xxxx"],
  [unsigned, [-180, 180], "xxxx"],
  [signed, [270, 359], ".x.."],
  [[-180, -90, 0, 90], [170, 190], "x..."],
  [[0, 90, 180, 270], [170, 190], "..x."],
])("of longitudes %j an area from and to %j has the cells %s", (lon, [west = 0, east = 0], row) => {
  expect(cellsIn(lon, [0], [west, east, -10, 10])).toEqual([row]);
});

test("an area up to a pole has the cells at it, whichever way latitudes go", () => {
  expect(cellsIn([0], [90, 0, -90], [-180, 180, 45, 90])).toEqual(["x", ".", "."]);
  expect(cellsIn([0], [-90, 0, 90], [-180, 180, -90, -45])).toEqual(["x", ".", "."]);
});
