import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { InputError, nameOf } from "../../inputs/input-error.ts";
import {
  noProgramClass,
  type Task,
  type TaskContext,
  type TaskOutcome,
  type TaskResult,
  type Upload,
} from "../contract.ts";
import { createMask } from "./create-mask.ts";
import { ExtractError, stoppedClass } from "./extract-error.ts";
import { type ExtractFacility, own } from "./facility.ts";
import { type Located, locateMask } from "./mask.ts";
import { baseNameOf, entryNameOf } from "./output-name.ts";
import type { Extraction, ExtractSettings, MaskCreation, ToolExtraction } from "./settings.ts";
import { gridFor, performStep, type StepAt } from "./step.ts";
import { shapeToolOf, type Tools, toolsOf } from "./tools.ts";

type ExtractTask = Task<ExtractSettings>;

/** Does the chain to the first replica that can be read, and uploads what comes out last. */
export async function performExtract(
  task: ExtractTask,
  context: TaskContext,
): Promise<TaskOutcome> {
  const facility = own(context.facility);
  const tools = toolsOf(facility);
  if (typeof tools === "string") return failed(noProgramClass, tools);
  const [place] = task.uploads;
  if (!place) return failed("internal", "The task does not say where its result goes.");
  if (task.inputs.length > 1)
    return failed(
      "bad_input",
      `The step before made ${task.inputs.length} objects of this file; extract reads one.`,
    );
  return performChain(task, place, { context, facility, tools }).catch((error: unknown) => {
    if (!(error instanceof ExtractError)) throw error;
    const { class: faultClass, message } = error;
    if (faultClass !== stoppedClass) return failed(faultClass, message);
    return { status: "retry", error: { class: faultClass, message } };
  });
}

interface At {
  context: TaskContext;
  facility: ExtractFacility;
  tools: Tools;
}

async function performChain(
  task: ExtractTask,
  place: Upload,
  { context, facility, tools }: At,
): Promise<TaskOutcome> {
  const { operations, zip } = task.settings;
  const masks: (Located | undefined)[] = [];
  const sources = { context, attachments: task.attachments };
  for (const step of operations) masks.push(await locateMask(step, facility, sources));
  const folder = await freshFolder(context);
  const { location, size } = await openInput(task, folder, context);
  const name = baseNameOf(task.replicas[0] ?? location);
  const seconds = Math.min(context.limits.seconds, deadlineSeconds(size));
  const commands: string[] = [];
  const cells: object[] = [];
  const created = new Map<string, string>();
  let input = "input.nc";
  for (const [index, step] of operations.entries()) {
    const at = { context, folder, tools, input, name, index, mask: masks[index], seconds };
    if (step.operation === "create_mask") {
      created.set(step.mask, await performCreation(step, at, { facility, operations }));
      commands.push(`create_mask ${step.shape.attachment} ${step.mask}`);
      continue;
    }
    const done = await performStep(step, {
      ...at,
      mask: masks[index] ?? madeBefore(step, created),
    });
    commands.push(done.command);
    if (done.cell) cells.push(done.cell);
    input = done.output;
  }
  const result = await context.upload(place, join(folder, input));
  const kept = await uploadMasks(task, created, context);
  const entry = entryNameOf(task.replicas[0] ?? name, operations, zip);
  const told = commands.map((command) => command.replace(` ${input}`, () => ` ${entry}`));
  const details = { entry, commands: told, ...(cells.length > 0 && { cells }) };
  return { status: "success", results: [{ ...result, details }, ...kept] };
}

/** The mask that an earlier operation of the chain has made. */
function madeBefore(step: ToolExtraction, created: Map<string, string>): Located | undefined {
  if (step.operation !== "mask_mask" || typeof step.mask === "string") return undefined;
  if (!("created" in step.mask)) return undefined;
  const { created: name } = step.mask;
  return { path: created.get(name) ?? "", name };
}

async function performCreation(
  step: MaskCreation,
  at: StepAt,
  { facility, operations }: { facility: ExtractFacility; operations: readonly Extraction[] },
): Promise<string> {
  const { context, folder, index, mask: shape, seconds, tools } = at;
  const program = shapeToolOf(facility);
  if (typeof program === "string") throw new ExtractError(noProgramClass, program);
  const { memoryMegabytes, outputMegabytes } = context.limits;
  // Files of its own, whatever other masks the chain makes
  const own = join(folder, `create-${index + 1}`);
  await mkdir(own);
  const place = { folder, memoryMegabytes, signal: context.signal, ncks: tools.ncks };
  const grid = await gridFor(step, at, place);
  const run = { folder: own, memoryMegabytes, outputMegabytes, seconds, signal: context.signal };
  const made = await createMask({
    path: shape?.path ?? "",
    name: step.shape.attachment,
    wanted: variablesOf(step, operations),
    grid,
    tools: { ogr2ogr: program.path, ncks: tools.ncks },
    run,
  });
  return join(own, made);
}

/** What operations of the chain read of the mask. */
function variablesOf({ mask }: MaskCreation, operations: readonly Extraction[]): string[] {
  return operations.flatMap((step) => {
    if (step.operation !== "mask_mask" || typeof step.mask === "string") return [];
    return "created" in step.mask && step.mask.created === mask ? [step.var] : [];
  });
}

async function uploadMasks(
  { uploads }: ExtractTask,
  created: Map<string, string>,
  { upload }: TaskContext,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  for (const [index, [mask, path]] of [...created].entries()) {
    const place = uploads[index + 1];
    if (place) results.push({ ...(await upload(place, path)), details: { mask } });
  }
  return results;
}

async function freshFolder({ scratch }: TaskContext): Promise<string> {
  const folder = join(scratch, "extract");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

const leastSeconds = 60;
const bytesPerSecond = 1024 * 1024;

/** A command may take a minute, and a second more for each megabyte of the file. `size`: bytes. */
export function deadlineSeconds(size: number): number {
  return leastSeconds + Math.ceil(size / bytesPerSecond);
}

/** The tools know it by a plain name: they read wildcards and options in others. */
async function openInput(
  task: ExtractTask,
  folder: string,
  context: TaskContext,
): Promise<{ location: string; size: number }> {
  const locations = task.inputs.length > 0 ? task.inputs : task.replicas;
  const errors: InputError[] = [];
  for (const location of locations) {
    try {
      const { path, size } = await context.fetchInput(location);
      await symlink(path, join(folder, "input.nc"));
      return { location: nameOf(location), size };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(error);
    }
  }
  const deciding =
    errors.find(({ here }) => here) ??
    errors.find((error) => error.class === "unavailable") ??
    errors[0];
  throw deciding ?? new ExtractError("bad_input", "The file has no replica to read.");
}

function failed(faultClass: string, message: string): TaskOutcome {
  return { status: "failure", error: { class: faultClass, message } };
}
