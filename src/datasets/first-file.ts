import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { inWords } from "../system-problem.ts";
import { type FileList, piecesOf } from "./chunks.ts";
import type { FirstOutcome } from "./contract.ts";
import { firstRemembered } from "./first-file-store.ts";
import type { NamedDataset } from "./resolve.ts";
import type { Replicas } from "./store.ts";

/** Or a sentence why the dataset has no file. `note`: why it may be another than the first. */
export type FirstFile = { replicas: string[]; note?: string | undefined } | { none: string };

/**
 * The first file of a dataset, of which nothing is recorded, by a short look at its folder or page.
 * Throws `RequestError` where the lookup of a request would fail, or asks an outside finder.
 */
export async function firstFileOf(
  { db, finders }: Deps<"db" | "finders">,
  dataset: NamedDataset,
  signal: AbortSignal,
): Promise<FirstFile> {
  if ("list" in dataset) return firstOfList(dataset.list);
  const { finder: scheme, name, isFleeting } = dataset;
  const known = isFleeting ? undefined : await firstRemembered(db.query, scheme, name);
  if (known) return { replicas: known };
  const finder = finders.get(scheme);
  if (!finder?.findFirst) throw outsideFinder(scheme);
  const found = await finder.findFirst(name, signal).catch((error: Error) => {
    signal.throwIfAborted();
    throw lookupFailed(`The dataset could not be looked up: ${inWords(error)}.`);
  });
  return firstFound(scheme, found);
}

async function firstOfList(list: FileList<Replicas>): Promise<FirstFile> {
  for await (const [first] of piecesOf(list))
    if (first !== undefined) return { replicas: [first].flat() };
  return { none: "The list has no files." };
}

function firstFound(scheme: string, found: FirstOutcome): FirstFile {
  switch (found.outcome) {
    case "first":
      return { replicas: found.file.paths, note: found.note };
    case "found":
      return { none: found.incomplete ?? found.nothing ?? "The dataset has no files." };
    case "elsewhere":
      throw outsideFinder(scheme);
    default:
      throw lookupFailed(found.reason);
  }
}

function outsideFinder(scheme: string): RequestError {
  return new RequestError(
    422,
    "no_dry_run",
    `The files of ${scheme}:// datasets are found by a service outside of this one, which is ` +
      "asked for requests alone. Give one of the files instead.",
    [{ pointer: "/dataset/did", detail: "this service cannot look it up itself" }],
  );
}

function lookupFailed(sentence: string): RequestError {
  return new RequestError(422, "lookup_failed", sentence, [
    { pointer: "/dataset/did", detail: sentence },
  ]);
}
