// The manifest of a folder of downloaded results: a line of JSON for each, with its input. It is no
// `.json`, so that a pattern for results of that format leaves it out.
import { randomUUID } from "node:crypto";
import { appendFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "../inputs/absent.ts";
import { manifestName } from "../inputs/left-out.ts";
import { FolderError } from "./errors.ts";
import { statOf } from "./local-files.ts";

export interface ManifestLine {
  request: string;
  /** below the folder */
  path: string;
  /** the result's name in the service and in the receipt */
  result: string;
  /** null: a result of the whole request */
  file: number | null;
  /** the path of the file, as it was submitted or found */
  input: string | null;
  size: number;
  checksum: string | null;
}

export interface Manifest {
  /** whether a file at this path came from an earlier download */
  has(path: string): boolean;
  add(line: ManifestLine): Promise<void>;
  /** Writes each line once, sorted by path. */
  close(): Promise<void>;
}

/** Rejects with `FolderError` if the folder has results of another request. */
export async function openManifest(folder: string, request: string): Promise<Manifest> {
  const lines = new Map<string, ManifestLine>();
  const text = await textIn(folder);
  for (const line of linesOf(text)) {
    if (line.request !== request) throw otherRequest(folder, line.request);
    lines.set(line.path, line);
  }
  const file = join(folder, manifestName);
  const isWhole = text === "" || text.endsWith("\n");
  let adding = isWhole ? Promise.resolve() : appendFile(file, "\n");
  return {
    has: (path) => lines.has(path),
    add(line) {
      lines.set(line.path, line);
      // One after the other: lines that are written at the same time could mix.
      adding = adding.then(() => appendFile(file, textOf(line)));
      return adding;
    },
    async close() {
      await adding;
      if (lines.size === 0) return;
      const sorted = [...lines.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
      const draft = join(folder, `.longshore-${randomUUID()}`);
      try {
        await writeFile(draft, sorted.map(textOf), { flag: "wx" });
        await rename(draft, file);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

/** The request whose results are in the folder; undefined if it has none. */
export async function requestIn(folder: string): Promise<string | undefined> {
  return linesOf(await textIn(folder))[0]?.request;
}

/** Rejects with `FolderError` if there is none; a download without results has none either. */
export async function readManifest(
  folder: string,
  { mayBeMissing }: { mayBeMissing: boolean },
): Promise<ManifestLine[]> {
  const lines = linesOf(await textIn(folder));
  const isFolder = async () => (await statOf(folder))?.isDirectory();
  if (lines.length > 0 || (mayBeMissing && (await isFolder()))) return lines;
  throw new FolderError(
    `${folder} has no ${manifestName}, which says what its files are: ` +
      "give the folder of a download.",
  );
}

export function otherRequest(folder: string, request: string): FolderError {
  return new FolderError(
    `${folder} has the results of request ${request} (${manifestName} there): ` +
      "give another folder, or none for a new one.",
  );
}

async function textIn(folder: string): Promise<string> {
  return readFile(join(folder, manifestName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (isAbsent(error)) return "";
    throw error;
  });
}

function linesOf(text: string): ManifestLine[] {
  return text.split("\n").flatMap((line) => lineOf(line) ?? []);
}

/** Undefined for the rest of a line that was being written when the disk or the power ended. */
function lineOf(text: string): ManifestLine | undefined {
  try {
    const value = JSON.parse(text) as Partial<ManifestLine> | null;
    const isLine = typeof value?.request === "string" && typeof value.path === "string";
    return isLine ? (value as ManifestLine) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(line: ManifestLine): string {
  return `${JSON.stringify(line)}\n`;
}
