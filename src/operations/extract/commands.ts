// The commands of the ISIMIP Files API (its contract, 2.1), as lists of arguments.
import { hasCells, problemOfOrder } from "./cells.ts";
import { boundsIn, type Cell, type Grid, pointFor } from "./grid.ts";
import type { Box, Point, ToolExtraction } from "./settings.ts";

export interface Command {
  tool: "cdo" | "ncks";
  args: string[];
  /** what it prints is the result */
  printsCsv: boolean;
}

export interface Place {
  input: string;
  output: string;
  grid: Grid;
  /** of a point */
  cell?: Cell | undefined;
  /** the mask's file, and its variable where it is one of several */
  mask?: { file: string; variable?: string | undefined } | undefined;
  /** a variable of the input is kept as whole numbers */
  isWhole?: boolean | undefined;
}

/** Throws a sentence where the operation cannot be done to this grid. */
export function commandOf(step: ToolExtraction, place: Place): Command {
  const { input, output, cell } = place;
  refuseGrid(step, place.grid);
  if (step.operation === "cutout_bbox") return cutBox(step.bbox, place);
  if (step.operation === "cutout_point") return cutPoint(step.point, place);
  const mean = step.compute_mean ? ["-fldmean"] : [];
  const select = selectionOf(step, cell, place.mask);
  if (step.output_csv)
    return {
      tool: "cdo",
      args: ["-s", "outputtab,date,value,nohead", ...mean, ...select, input],
      printsCsv: true,
    };
  // cdo would round a mean to the kind of numbers that it is the mean of
  const kind = step.compute_mean && place.isWhole ? ["-b", "F64"] : [];
  return {
    tool: "cdo",
    args: ["-f", "nc4c", ...kind, "-z", "zip_5", "-L", ...mean, ...select, input, output],
    printsCsv: false,
  };
}

/** On such grids both tools take other cells than those of the box, and say nothing. */
function refuseGrid(step: ToolExtraction, grid: Grid): void {
  const isMean = "compute_mean" in step && step.compute_mean;
  const problem = "bbox" in step || isMean ? problemOfOrder(grid) : undefined;
  if (problem !== undefined) throw new BesideGridError(problem);
  if ("bbox" in step && !hasCells(grid, step.bbox))
    throw new BesideGridError("The box has no cell of the file.");
}

function selectionOf(
  step: Exclude<ToolExtraction, { operation: "cutout_bbox" | "cutout_point" }>,
  cell: Cell | undefined,
  mask: Place["mask"],
): string[] {
  switch (step.operation) {
    case "select_bbox":
      return [`-sellonlatbox,${boxOf(step.bbox)}`];
    case "mask_bbox":
      return [`-masklonlatbox,${boxOf(step.bbox)}`];
    case "select_point": {
      if (!cell) throw new Error("A point needs its cell.");
      const { column: x, row: y } = cell;
      return [`-selindexbox,${x},${x},${y},${y}`];
    }
    default: {
      if (!mask) throw new Error("A mask needs its file.");
      const named = mask.variable === undefined ? [] : [`-selname,${mask.variable}`];
      return ["-ifthen", ...named, mask.file];
    }
  }
}

function cutBox(box: Box, { input, output, grid }: Place): Command {
  const bounds = boundsIn(grid, box);
  if (!bounds)
    throw new BesideGridError("The box meets both ends of the file's longitudes: cut it in two.");
  const lon = bounds.map(degrees).join(",");
  const lat = [box.south, box.north].map(degrees).join(",");
  return ncks(`lon,${lon}`, `lat,${lat}`, input, output);
}

function cutPoint(point: Point, { input, output, cell }: Place): Command {
  if (!cell) throw new Error("A point needs its cell.");
  const { lon, lat } = pointFor(cell, point);
  return ncks(`lon,${degrees(lon)}`, `lat,${degrees(lat)}`, input, output);
}

function ncks(lon: string, lat: string, input: string, output: string): Command {
  return {
    tool: "ncks",
    args: ["-O", "-h", "-d", lon, "-d", lat, input, output],
    printsCsv: false,
  };
}

export class BesideGridError extends Error {}

/** With a point always: ncks reads whole numbers as indexes. */
function degrees(value: number): string {
  return value.toFixed(6);
}

function boxOf({ west, east, south, north }: Box): string {
  // cdo takes 180 to -180 for the whole globe
  const end = west === 180 && east === -180 ? west : east;
  return [west, end, south, north].map(degrees).join(",");
}
