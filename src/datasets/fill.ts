import type { Deps } from "../deps.ts";
import { chunksOf, type FileList } from "./chunks.ts";
import type { FoundFile } from "./contract.ts";
import type { DatasetEnd, LookupEnd } from "./lookup-end.ts";
import { type Added, addFound, closeIn } from "./store.ts";

/** The list has more files than a request may have (MOST_FILES): its lookup fails. */
export class TooManyFilesError extends Error {}

/**
 * Each chunk is a separate transaction, so that work begins during the lookup. Throws
 * `TooManyFilesError`.
 */
export async function fillDataset(
  { config, ledger, notifier, verifyingKeys }: FillDeps,
  datasetId: number,
  files: FileList<FoundFile>,
): Promise<Added> {
  let all: Added | undefined;
  for await (const chunk of chunksOf(files, ({ paths }) => paths)) {
    const next = await ledger.tx((query) => addFound(query, verifyingKeys, datasetId, chunk.files));
    all = { ...next, added: (all?.added ?? 0) + next.added };
    if (next.added > 0) notifier.notify(`dataset:${datasetId}`);
    if (!next.open) break;
    const { mostFiles } = config;
    if (mostFiles !== undefined && next.total > mostFiles)
      throw new TooManyFilesError(
        `it found more than ${mostFiles} files, the most of a request (MOST_FILES)`,
      );
  }
  // Without files, only the dataset's counts are read
  return all ?? ledger.tx((query) => addFound(query, verifyingKeys, datasetId, []));
}

type FillDeps = Deps<"config" | "ledger" | "notifier" | "verifyingKeys">;

/** With a `token`: only while this process holds the lookup. */
export async function closeDataset(
  { ledger, notifier }: Deps<"ledger" | "notifier">,
  datasetId: number,
  closing: LookupEnd,
  token?: string,
): Promise<DatasetEnd | undefined> {
  const ending = await ledger.tx((query) => closeIn(query, datasetId, closing, token));
  if (ending) notifier.notify(`dataset:${datasetId}`);
  return ending;
}
