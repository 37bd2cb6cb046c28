import { realpath, stat } from "node:fs/promises";
import { extname, isAbsolute, join } from "node:path";
import { UnavailableError } from "../../errors.ts";
import { isBelow } from "../../inputs/below.ts";
import { quickLook } from "../../inputs/quick-look.ts";
import { isNothing, shown, type Version } from "./question.ts";

export interface PathRules {
  inputPath: string;
  mostFiles: number;
  version: Version;
}

/** What tells one version of a file from the next. */
export interface FileVersion {
  bytes: number;
  /** milliseconds since 1970 */
  modifiedAt: number;
}

interface Checked {
  errors: string[];
  paths: string[];
  versions: FileVersion[];
}

/** `sent`: the field `paths`. Nothing of what is not below the root is looked at. */
export async function checkPaths(sent: unknown, rules: PathRules): Promise<Checked> {
  const checked: Checked = { errors: [], paths: [], versions: [] };
  const refusal = refusalOf(sent, rules);
  if (refusal !== undefined || !Array.isArray(sent)) return { ...checked, errors: [refusal ?? ""] };
  const root = await look(() => realpath(rules.inputPath));
  for (const path of sent) {
    const errors = await faultsOf(path, { ...rules, root, checked });
    checked.errors.push(...errors);
    if (errors.length === 0) checked.paths.push(String(path));
  }
  return checked;
}

function refusalOf(sent: unknown, { mostFiles }: PathRules): string | undefined {
  if (isNothing(sent)) return "This field is required.";
  if (!Array.isArray(sent)) return "Provided json data is malformatted.";
  return sent.length > mostFiles
    ? `To many files match that dataset (max: ${mostFiles}).`
    : undefined;
}

interface At extends PathRules {
  root: string;
  checked: Checked;
}

async function faultsOf(path: unknown, at: At): Promise<string[]> {
  if (typeof path !== "string") return [`${shown(path)} is not a file path.`];
  const { inputPath, root, version, checked } = at;
  const written = join(inputPath, path);
  const isOutside = isAbsolute(path) || path.includes("\0") || !isBelow(written, [inputPath]);
  if (isOutside) return [`${shown(path)} is below the root path.`];
  const wrongKind = [".nc", ".nc4"].includes(extname(path))
    ? []
    : [`${shown(path)} is not a NetCDF file.${version === "v1" ? "." : ""}`];
  if (version === "v2" && wrongKind.length > 0) return wrongKind;
  const found = path.isWellFormed() ? await look(() => fileAt(written, root)) : "missing";
  if (found === "outside") return [`${shown(path)} is below the root path.`];
  if (found === "missing") return [`${shown(path)} was not found on the server.`, ...wrongKind];
  checked.versions.push(found);
  return wrongKind;
}

function fileAt(path: string, root: string): Promise<FileVersion | "missing" | "outside"> {
  return orMissing(async () => {
    const real = await realpath(path);
    return isBelow(real, [root]) ? statOf(real) : "outside";
  });
}

/** Of a file that the service's settings name: callers do not choose its place. */
export function versionOf(path: string): Promise<FileVersion | "missing"> {
  return look(() => orMissing(() => statOf(path)));
}

async function statOf(path: string): Promise<FileVersion | "missing"> {
  const status = await stat(path);
  if (!status.isFile()) return "missing";
  return { bytes: status.size, modifiedAt: Math.floor(status.mtimeMs) };
}

async function orMissing<Found>(find: () => Promise<Found>): Promise<Found | "missing"> {
  try {
    return await find();
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (absent.includes(code)) return "missing";
    throw error;
  }
}

const absent = ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "EACCES", "EPERM"];

async function look<Found>(find: () => Promise<Found>): Promise<Found> {
  const found = await quickLook(find);
  if (found === undefined)
    throw new UnavailableError("The disk with the files does not answer; try again later.");
  return found;
}
