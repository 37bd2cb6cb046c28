import { symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "../../inputs/input-error.ts";
import { noProgramClass, type Task, type TaskContext } from "../contract.ts";
import { ExtractError, stopped } from "./extract-error.ts";
import { type ExtractFacility, type MaskSetting, maskSettings } from "./facility.ts";
import { type Grid, isSameGrid } from "./grid.ts";
import { readGrid, readVariables, type ToolPlace, type Variable } from "./header.ts";
import { baseNameOf } from "./output-name.ts";
import type { Extraction, ToolExtraction } from "./settings.ts";

export interface Mask {
  /** a plain name in the folder */
  file: string;
  /** its own name, for sentences */
  name: string;
  variable?: string | undefined;
}

interface MaskSources extends Pick<Task, "attachments"> {
  context: TaskContext;
}

export interface Located {
  path: string;
  name: string;
}

/**
 * Where the mask of an operation is, or the shape of which it makes one. Called before the file is
 * opened: what is opened last is what the report says was read.
 */
export async function locateMask(
  step: Extraction,
  facility: ExtractFacility,
  { context: { fetchInput }, attachments = [] }: MaskSources,
): Promise<Located | undefined> {
  switch (step.operation) {
    case "mask_mask": {
      const { mask } = step;
      if (typeof mask === "string") {
        const { path } = await fetchInput(mask).catch(ofMask);
        return { path, name: baseNameOf(mask) };
      }
      // It is made in the chain
      if ("created" in mask) return undefined;
      return locateAttachment(mask.attachment, { fetchInput, attachments });
    }
    case "create_mask":
      return locateAttachment(step.shape.attachment, { fetchInput, attachments });
    case "mask_country":
    case "mask_landonly":
      return ofFacility(facility, maskSettings[step.operation]);
    default:
      return undefined;
  }
}

async function locateAttachment(
  name: string,
  {
    fetchInput,
    attachments,
  }: Pick<TaskContext, "fetchInput"> & Required<Pick<Task, "attachments">>,
): Promise<Located> {
  const sent = attachments?.find((one) => one.name === name);
  if (!sent) throw new ExtractError("internal", `The task has no ${name}.`);
  const { path } = await fetchInput(sent.url).catch(ofAttachment(name));
  return { path, name };
}

/** The sentence must not read as if the file itself were missing. */
function ofMask(error: unknown): never {
  if (!(error instanceof InputError)) throw error;
  const { class: faultClass, here, message } = error;
  throw new InputError(faultClass, `The mask cannot be read: ${message}`, { here });
}

/** Nor have an address of ours. */
function ofAttachment(name: string) {
  return (error: unknown): never => {
    if (!(error instanceof InputError)) throw error;
    const { class: faultClass, here } = error;
    throw new InputError(faultClass, `${name}, which came with the request, is not there.`, {
      here,
    });
  };
}

function ofFacility(facility: ExtractFacility, variable: MaskSetting): Located {
  const path = facility[variable];
  if (path === undefined)
    throw new ExtractError(
      noProgramClass,
      `The worker has no mask: ${variable} is not set where it runs.`,
    );
  return { path, name: basename(path) };
}

interface MaskAt {
  place: ToolPlace;
  /** the file that is masked, a plain name in the folder, and its cells */
  input: string;
  grid: Grid;
  /** of the file, for sentences */
  name: string;
  index: number;
}

/** The mask as the tools read it, on the grid of the file. Throws `ExtractError`. */
export async function openMask(step: ToolExtraction, found: Located, at: MaskAt): Promise<Mask> {
  const file = `mask-${at.index + 1}.nc`;
  await symlink(found.path, join(at.place.folder, file));
  await compareGrids(step, file, found, at);
  const { variable, isNamed } = await variableOf(step, file, found.name, at);
  await compareSteps(variable, found.name, at);
  return { file, name: found.name, variable: isNamed ? variable?.name : undefined };
}

/** cdo compares sizes alone, and would mask other cells where a grid begins elsewhere. */
async function compareGrids(
  step: ToolExtraction,
  file: string,
  mask: Located,
  { grid, name, place }: MaskAt,
): Promise<void> {
  const read = await readGrid(file, place);
  if ("end" in read) {
    if (read.end.failure === "canceled") throw stopped();
    throw new ExtractError(
      step.operation === "mask_mask" ? "bad_input" : "internal",
      `The mask ${mask.name} is no NetCDF file with coordinates lon and lat in degrees.`,
    );
  }
  const [own, masks] = [grid, read.grid].map(({ lon, lat }) => `(${lon.length}, ${lat.length})`);
  if (own !== masks)
    throw new ExtractError(
      "bad_input",
      `resolution of ${name} ${own} does not match mask resolution ${masks} ` +
        `for operation "${step.operation}"`,
    );
  if (!isSameGrid(grid, read.grid))
    throw new ExtractError(
      "bad_input",
      `The cells of ${name} are not those of the mask ${mask.name}: its longitudes or latitudes ` +
        "begin elsewhere, or go the other way.",
    );
}

/** The variable that is the mask, and whether the tools must be told its name. */
async function variableOf(
  step: ToolExtraction,
  file: string,
  name: string,
  { place }: MaskAt,
): Promise<{ variable: Variable | undefined; isNamed: boolean }> {
  const wanted = wantedIn(step);
  const variables = await readVariables(file, name, place);
  if (!wanted) {
    const [variable, ...others] = variables.filter(({ isOnGrid }) => isOnGrid);
    // cdo would take the first for the file's first variable, the second for its second
    if (others.length > 0)
      throw new ExtractError("internal", `The mask ${name} has more than one variable.`);
    return { variable, isNamed: false };
  }
  for (const wantedName of wanted) {
    const variable = variables.find((one) => one.name === wantedName);
    if (variable) return { variable, isNamed: true };
  }
  throw new ExtractError("bad_input", `The mask ${name} has no variable ${wanted[0]}.`);
}

/**
 * A mask of one step is for each step of the file. Of several cdo takes the first ones where the
 * file has fewer, and the first alone where it has several variables or levels.
 */
async function compareSteps(
  mask: Variable | undefined,
  maskName: string,
  { input, name, place }: MaskAt,
): Promise<void> {
  if (!mask || mask.steps.length === 0) return;
  const own = (await readVariables(input, name, place)).filter(({ isOnGrid }) => isOnGrid);
  if (own.length === 1 && own[0]?.steps.join() === mask.steps.join()) return;
  throw new ExtractError(
    "bad_input",
    `The mask ${maskName} has several steps or levels, which are not those of ${name}.`,
  );
}

/** In order of preference; undefined where the file is the mask as it is. */
function wantedIn(step: ToolExtraction): string[] | undefined {
  if (step.operation === "mask_mask") return [step.var];
  if (step.operation !== "mask_country") return undefined;
  return [step.country, step.country.slice(0, 3)].map((code) => `m_${code.toUpperCase()}`);
}
