// What is read of a file before it is worked on: one call of ncks, which reads its header alone.
import { z } from "zod";
import { type Grid, gridOf } from "./grid.ts";
import { runTool, type ToolEnd, type ToolRun } from "./run-tool.ts";

export type ToolPlace = Pick<ToolRun, "folder" | "memoryMegabytes" | "signal"> & { ncks: string };

const seconds = 60;

/** The cells of a file; where it has none, how the tool ended. */
export async function readGrid(
  file: string,
  place: ToolPlace,
): Promise<{ grid: Grid } | { end: ToolEnd }> {
  const end = await ask(["--jsn", "-C", "-v", "lon,lat", file], place);
  const grid = end.failure === undefined ? gridOf(end.printed) : undefined;
  return grid ? { grid } : { end };
}

const header = z.object({ variables: z.record(z.string(), z.unknown()) });

/** Names of a file's variables; none where it cannot be read. */
export async function readVariables(file: string, place: ToolPlace): Promise<string[]> {
  const { printed, failure } = await ask(["--jsn", "-m", file], place);
  if (failure !== undefined) return [];
  try {
    return Object.keys(header.parse(JSON.parse(printed)).variables);
  } catch {
    return [];
  }
}

function ask(args: string[], { ncks, ...place }: ToolPlace): Promise<ToolEnd> {
  return runTool({ ...place, program: ncks, args, environment: {}, seconds, outputMegabytes: 1 });
}
