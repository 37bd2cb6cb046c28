// What is read of a file before it is worked on, by ncks: its header alone, once for each version.
import { join } from "node:path";
import { z } from "zod";
import { ExtractError, stopped } from "./extract-error.ts";
import { type Grid, gridOf, json } from "./grid.ts";
import { headerMemory } from "./header-memory.ts";
import { runTool, type ToolEnd, type ToolRun } from "./run-tool.ts";

export type ToolPlace = Pick<ToolRun, "folder" | "memoryMegabytes" | "signal"> & { ncks: string };

const seconds = 60;

/** Coordinates of eight bytes each: some 8 MB. */
const grids = headerMemory<Grid>({
  most: 1_000_000,
  sizeOf: ({ lon, lat }) => lon.length + lat.length,
});

/** The cells of a file; where it has none, how the tool ended. */
export async function readGrid(
  file: string,
  place: ToolPlace,
): Promise<{ grid: Grid } | { end: ToolEnd }> {
  let end: ToolEnd = { printed: "", complaints: "" };
  const grid = await grids.of(join(place.folder, file), async () => {
    // Nine digits tell numbers of four bytes apart; by itself ncks prints seven
    end = await ask(["--jsn", "--fmt_val=%.9g", "-C", "-v", "lon,lat", file], place);
    return end.failure === undefined ? gridOf(end.printed) : undefined;
  });
  return grid ? { grid } : { end };
}

const variable = z.object({ shape: z.array(z.string()).default([]), type: z.string() });
const header = z.object({
  dimensions: z.record(z.string(), z.number()).default({}),
  variables: z.record(z.string(), variable),
});

const wholeTypes = /^u?(?:byte|short|int|int64)$/;

export interface Variable {
  name: string;
  isOnGrid: boolean;
  /** how many steps and levels it has: the lengths of its other dimensions, where more than 1 */
  steps: number[];
  /** kept as whole numbers, be they packed or not */
  isWhole: boolean;
}

/** Of some hundred bytes each. */
const variablesOfFiles = headerMemory<Variable[]>({ most: 20_000, sizeOf: ({ length }) => length });

/** The variables of a file whose grid could be read; `name` is for sentences. */
export async function readVariables(
  file: string,
  name: string,
  place: ToolPlace,
): Promise<Variable[]> {
  const variables = await variablesOfFiles.of(join(place.folder, file), async () => {
    const { printed, failure } = await ask(["--jsn", "-m", file], place);
    if (failure === "canceled") throw stopped();
    return failure === undefined ? variablesOf(printed) : undefined;
  });
  if (variables) return variables;
  throw new ExtractError("bad_input", `The variables of ${name} cannot be read.`);
}

function variablesOf(printed: string): Variable[] | undefined {
  const { data } = header.safeParse(json(printed));
  if (!data) return undefined;
  const { dimensions, variables } = data;
  return Object.entries(variables).map(([variableName, { shape, type }]) => ({
    name: variableName,
    isOnGrid: shape.includes("lon") && shape.includes("lat"),
    steps: shape
      .filter((dimension) => dimension !== "lon" && dimension !== "lat")
      .map((dimension) => dimensions[dimension] ?? 1)
      .filter((length) => length !== 1),
    isWhole: wholeTypes.test(type),
  }));
}

function ask(args: string[], { ncks, ...place }: ToolPlace): Promise<ToolEnd> {
  return runTool({ ...place, program: ncks, args, environment: {}, seconds, outputMegabytes: 1 });
}
