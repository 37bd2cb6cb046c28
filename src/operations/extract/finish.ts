import { z } from "zod";
import type { FinishContext, FinishOutcome, FinishRequest } from "../contract.ts";
import { fileNamesOf, numbered, uniqueNames } from "./file-names.ts";
import { type ApiVersion, createdIn, entryNameOf } from "./output-name.ts";
import type { ExtractSettings } from "./settings.ts";
import { type ZipEntry, zipOf } from "./zip.ts";

/** The zip's directory is kept in memory while it is made. */
const mostFiles = 10_000;

/** Puts all results into one zip, where the settings ask for it and a file came out. */
export async function finishExtract(
  { settings }: FinishRequest<ExtractSettings>,
  context: FinishContext,
): Promise<FinishOutcome> {
  if (settings.zip === undefined) return { status: "success", results: [] };
  const { files, masks } = await filesOf(context);
  if (!files.some(({ object }) => object)) return { status: "success", results: [] };
  if (files.length > mostFiles) return tooMany(files.length);
  const results = entriesOf(files, settings, settings.zip, context);
  const zip = zipOf(distinct([...results, ...shapesAndMasks(settings, masks, context)]));
  try {
    return { status: "success", results: [await context.put("download.zip", zip.stream)] };
  } finally {
    zip.close();
  }
}

function tooMany(files: number): FinishOutcome {
  const message = `A zip of ${files} files is not made; at most ${mostFiles} are put into one.`;
  return { status: "failure", error: { class: "too_large", message } };
}

interface SettledFile {
  file: number;
  replica: string;
  /** of a file that is done */
  object?: { name: string; size: number; entry?: string | undefined; commands: string[] };
  /** of a file that failed */
  message?: string;
}

/** What was made of a shape, for a file: others have the same on their own grids. */
interface Made {
  file: number;
  mask: string;
  name: string;
  size: number;
}

/** In the order of the dataset, whatever was first: the same files make the same zip. */
async function filesOf(context: FinishContext): Promise<{ files: SettledFile[]; masks: Made[] }> {
  const files: SettledFile[] = [];
  const masks: Made[] = [];
  for await (const { file, replicas, name, size, details } of context.results()) {
    const { entry, commands, mask } = toldBy.parse(details ?? {});
    if (mask !== undefined) masks.push({ file, mask, name, size });
    else files.push({ file, replica: replicas[0] ?? "", object: { name, size, entry, commands } });
    if (files.length > mostFiles) return { files, masks };
  }
  for await (const { file, replicas, error } of context.failures()) {
    files.push({ file, replica: replicas[0] ?? "", message: error.message });
    if (files.length > mostFiles) return { files, masks };
  }
  const inOrder = (one: { file: number }, other: { file: number }) => one.file - other.file;
  return { files: files.toSorted(inOrder), masks: masks.toSorted(inOrder) };
}

/** The worker's own words; a worker of others may say less. */
const toldBy = z.object({
  entry: z.string().optional().catch(undefined),
  commands: z.array(z.string()).catch([]).default([]),
  mask: z.string().optional().catch(undefined),
});

/** Each shape, and the mask that was made of it for the first file. */
function shapesAndMasks(
  { operations }: ExtractSettings,
  masks: readonly Made[],
  context: FinishContext,
): ZipEntry[] {
  // By what they are: a shape and a mask may have one name
  const entries = new Map<string, ZipEntry>();
  for (const { shape, mask } of createdIn(operations)) {
    const name = shape.attachment;
    entries.set(`shape ${name}`, { name, open: () => context.attachment(name) });
    const made = masks.find((one) => one.mask === mask);
    if (made)
      entries.set(`mask ${mask}`, {
        name: mask,
        size: made.size,
        open: () => context.read(made.name),
      });
  }
  return [...entries.values()];
}

function entriesOf(
  files: readonly SettledFile[],
  { operations }: ExtractSettings,
  version: ApiVersion,
  context: FinishContext,
): ZipEntry[] {
  const named = files.map(({ replica, object }) => {
    const entry = object?.entry ?? entryNameOf(replica, operations, version);
    return { replica, name: object ? entry : noteNameOf(entry, version) };
  });
  const names = uniqueNames(named);
  const errors = errorsOf(files);
  const entries = files.map(({ object, replica }, index): ZipEntry => {
    const name = names[index] ?? "";
    if (object) return { name, size: object.size, open: () => context.read(object.name) };
    return { name, text: `${errors.get(replica)?.message}\n` };
  });
  const commands = files.flatMap(({ object }) => object?.commands ?? []);
  if (commands.length > 0 || version === "v1")
    entries.push({ name: "README.txt", text: [readme, "", ...commands, ""].join("\n") });
  if (errors.size > 0) entries.push({ name: "errors.json", text: jsonOf([...errors.values()]) });
  return entries;
}

/** A shape may be called as one of the others. */
function distinct(entries: readonly ZipEntry[]): ZipEntry[] {
  const taken = new Set<string>();
  return entries.map((entry) => ({ ...entry, name: numbered(entry.name, taken) }));
}

const readme = "These commands made the files of this archive:";

function noteNameOf(entry: string, version: ApiVersion): string {
  const stem = entry.replace(/\.[^.]*$/, "");
  return version === "v1" ? `${stem}.txt` : `${stem}.error.txt`;
}

/** Why files failed, by replica; with short names in the place of the machine's folders. */
function errorsOf(files: readonly SettledFile[]): Map<string, { name: string; message: string }> {
  const names = fileNamesOf(files.map(({ replica }) => replica));
  return new Map(
    files.flatMap(({ replica, message }, index) => {
      const name = names[index] ?? "";
      if (message === undefined) return [];
      return [[replica, { name, message: message.replaceAll(replica, () => name) }] as const];
    }),
  );
}

function jsonOf(errors: { name: string; message: string }[]): string {
  const byName = Object.fromEntries(errors.map(({ name, message }) => [name, [message]]));
  return `${JSON.stringify(byName, null, 2)}\n`;
}
