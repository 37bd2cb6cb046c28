import type { Deps } from "../deps.ts";
import { chunksOf, type FileList } from "./chunks.ts";
import type { FoundFile } from "./contract.ts";
import type { DatasetEnd, LookupEnd } from "./lookup-end.ts";
import { type Added, addFound, closeIn } from "./store.ts";

/** Each chunk is a separate transaction, so that work begins during the lookup. */
export async function fillDataset(
  { ledger, notifier, verifyingKeys }: Deps<"ledger" | "notifier" | "verifyingKeys">,
  datasetId: number,
  files: FileList<FoundFile>,
): Promise<Added> {
  let all: Added | undefined;
  for await (const chunk of chunksOf(files, ({ paths }) => paths)) {
    const next = await ledger.tx((query) => addFound(query, verifyingKeys, datasetId, chunk.files));
    all = { ...next, added: (all?.added ?? 0) + next.added };
    if (next.added > 0) notifier.notify(`dataset:${datasetId}`);
    if (!next.open) break;
  }
  // Without files, only the dataset's counts are read
  return all ?? ledger.tx((query) => addFound(query, verifyingKeys, datasetId, []));
}

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
