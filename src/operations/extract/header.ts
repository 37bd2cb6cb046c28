// What is read of a file before it is worked on: one call of ncks, which reads its header alone.
import { z } from "zod";
import { ExtractError, stopped } from "./extract-error.ts";
import { type Grid, gridOf, json } from "./grid.ts";
import { runTool, type ToolEnd, type ToolRun } from "./run-tool.ts";

export type ToolPlace = Pick<ToolRun, "folder" | "memoryMegabytes" | "signal"> & { ncks: string };

const seconds = 60;

/** The cells of a file; where it has none, how the tool ended. */
export async function readGrid(
  file: string,
  place: ToolPlace,
): Promise<{ grid: Grid } | { end: ToolEnd }> {
  // Nine digits tell numbers of four bytes apart; by itself ncks prints seven
  const end = await ask(["--jsn", "--fmt_val=%.9g", "-C", "-v", "lon,lat", file], place);
  const grid = end.failure === undefined ? gridOf(end.printed) : undefined;
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
  /** how many steps and levels it has: the lengths of its other dimensions, but those of one */
  steps: number[];
  /** kept as whole numbers, be they packed or not */
  isWhole: boolean;
}

/** The variables of a file whose grid could be read; `name` is for sentences. */
export async function readVariables(
  file: string,
  name: string,
  place: ToolPlace,
): Promise<Variable[]> {
  const { printed, failure } = await ask(["--jsn", "-m", file], place);
  if (failure === "canceled") throw stopped();
  const { data } = header.safeParse(failure === undefined ? json(printed) : undefined);
  if (!data) throw new ExtractError("bad_input", `The variables of ${name} cannot be read.`);
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
