import { access } from "node:fs/promises";
import { join } from "node:path";
import type { TaskContext } from "../contract.ts";
import { BesideGridError, type Command, commandOf } from "./commands.ts";
import { complaintOf } from "./complaints.ts";
import { ExtractError, stopped } from "./extract-error.ts";
import { type Cell, cellAt, type Grid } from "./grid.ts";
import { readGrid, readVariables, type ToolPlace } from "./header.ts";
import { type Located, type Mask, openMask } from "./mask.ts";
import { runTool, type ToolEnd } from "./run-tool.ts";
import type { Extraction, ToolExtraction } from "./settings.ts";
import type { Tools } from "./tools.ts";

export interface StepAt {
  context: TaskContext;
  /** where the tools run: a folder of this try's own */
  folder: string;
  tools: Tools;
  /** a plain name in the folder */
  input: string;
  mask: Located | undefined;
  /** the file's own name, for sentences */
  name: string;
  /** in the chain, from 0 */
  index: number;
  /** the most that its command may take */
  seconds: number;
}

export interface StepDone {
  /** a plain name in the folder */
  output: string;
  /** with names in the place of ours */
  command: string;
  /** the cell that a point became */
  cell?: object | undefined;
}

/** Does one operation of a chain. Throws `ExtractError`. */
export async function performStep(step: ToolExtraction, at: StepAt): Promise<StepDone> {
  const place = { ...limitsOf(at), ncks: at.tools.ncks };
  const grid = await gridFor(step, at, place);
  const mask = at.mask && (await openMask(step, at.mask, { ...at, grid, place }));
  const cell = "point" in step ? cellFor(step.point, grid, at) : undefined;
  const isCsv = "output_csv" in step && step.output_csv;
  const output = `step-${at.index + 1}.${isCsv ? "csv" : "nc"}`;
  const isMean = "compute_mean" in step && step.compute_mean;
  const isWhole = isMean && !isCsv && (await hasWhole(at, place));
  const command = commandFor(step, { input: at.input, output, grid, cell, mask, isWhole });
  const end = await runTool({
    ...limitsOf(at),
    program: at.tools[command.tool],
    args: command.args,
    environment: environmentOf(command),
    csv: command.printsCsv ? join(at.folder, output) : undefined,
    seconds: at.seconds,
    outputMegabytes: at.context.limits.outputMegabytes,
  });
  if (end.failure !== undefined) throw errorOf(step, end, at, mask);
  if (!(await isThere(join(at.folder, output))))
    throw new ExtractError("bad_input", `${command.tool} made nothing of ${at.name}.`);
  return {
    output,
    command: shown(command, at, mask),
    cell: cell && { operation: step.operation, lat: cell.lat, lon: cell.lon },
  };
}

function limitsOf({ context, folder }: StepAt) {
  return {
    folder,
    memoryMegabytes: context.limits.memoryMegabytes,
    signal: context.signal,
  };
}

/** Results of equal inputs are equal: cdo writes neither its version nor a time into them. */
function environmentOf({ tool }: Command): Record<string, string> {
  if (tool === "ncks") return {};
  return { CDI_VERSION_INFO: "0", CDO_VERSION_INFO: "0", CDO_HISTORY_INFO: "0" };
}

const resolutions = { cdo: [1440, 720], ncks: [43_200, 20_880] } as const;

/** The cells of the file, where the operation may be done to so many. Throws `ExtractError`. */
export async function gridFor(
  step: Extraction,
  at: Pick<StepAt, "input" | "name">,
  place: ToolPlace,
): Promise<Grid> {
  const grid = await gridOfInput(at, place);
  const [lon, lat] = resolutions[step.operation.startsWith("cutout") ? "ncks" : "cdo"];
  if (grid.lon.length > lon || grid.lat.length > lat)
    throw new ExtractError(
      "too_large",
      `resolution of ${at.name} (lon, lat) is to high (${lon}, ${lat}) ` +
        `for operation "${step.operation}"`,
    );
  return grid;
}

async function gridOfInput(at: Pick<StepAt, "input" | "name">, place: ToolPlace): Promise<Grid> {
  const read = await readGrid(at.input, place);
  if ("end" in read) {
    if (read.end.failure === "canceled") throw stopped();
    const why = complaintOf(said(read.end), namesOf(at));
    throw new ExtractError(
      "bad_input",
      `${at.name} is no NetCDF file with coordinates lon and lat in degrees.` +
        (why && ` ncks says: ${why}`),
    );
  }
  return read.grid;
}

function cellFor(point: { lat: number; lon: number }, grid: Grid, { name }: StepAt): Cell {
  const cell = cellAt(grid, point);
  if (cell) return cell;
  throw new ExtractError(
    "bad_input",
    `The point at latitude ${point.lat} and longitude ${point.lon} is beside the grid of ${name}.`,
  );
}

async function hasWhole({ input, name }: StepAt, place: ToolPlace): Promise<boolean> {
  const variables = await readVariables(input, name, place);
  return variables.some(({ isOnGrid, isWhole }) => isOnGrid && isWhole);
}

function commandFor(...[step, place]: Parameters<typeof commandOf>): Command {
  try {
    return commandOf(step, place);
  } catch (error) {
    if (error instanceof BesideGridError) throw new ExtractError("bad_input", error.message);
    throw error;
  }
}

function errorOf(step: ToolExtraction, end: ToolEnd, at: StepAt, mask?: Mask): ExtractError {
  const { outputMegabytes, memoryMegabytes } = at.context.limits;
  const what = `${step.operation} of ${at.name}`;
  switch (end.failure) {
    case "canceled":
      return stopped();
    case "seconds":
      return new ExtractError("timeout", `${what} took more than ${at.seconds} seconds.`);
    case "memory":
      return new ExtractError("memory", `${what} took more than ${memoryMegabytes} MB of memory.`);
    case "size":
      return new ExtractError("too_large", `${what} makes more than ${outputMegabytes} MB.`);
    default: {
      const why = complaintOf(said(end), namesOf(at, mask)) || "the tool gave no reason";
      return new ExtractError("bad_input", `${what} failed: ${why}`);
    }
  }
}

/** ncks prints errors where it prints results. */
function said({ complaints, printed }: ToolEnd): string {
  return `${complaints}\n${printed}`;
}

function namesOf(
  { input, name }: Pick<StepAt, "input" | "name">,
  mask?: Mask,
): Map<string, string> {
  return new Map([[input, name], ...(mask ? [[mask.file, mask.name] as const] : [])]);
}

/** What a chain makes on its way keeps our name. */
function shown({ tool, args }: Command, at: StepAt, mask?: Mask): string {
  const names = namesOf(at, mask);
  if (at.index > 0) names.delete(at.input);
  return [tool, ...args.map((arg) => names.get(arg) ?? arg)].join(" ");
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
