import type { Deps } from "../deps.ts";
import type { FoundFile } from "./contract.ts";
import type { DatasetEnd, LookupEnd } from "./lookup-end.ts";
import { type Added, addFound, chunk, closeIn } from "./store.ts";

/** Each chunk is a separate transaction, so that work begins during the lookup. */
export async function fillDataset(
  { ledger, notifier }: Deps<"ledger" | "notifier">,
  datasetId: number,
  files: FoundFile[],
): Promise<Added> {
  let all: Added = { added: 0, total: 0, announced: null, open: true };
  for (let start = 0; start < Math.max(files.length, 1) && all.open; start += chunk) {
    const some = files.slice(start, start + chunk);
    const next = await ledger.tx((query) => addFound(query, datasetId, some));
    all = { ...next, added: all.added + next.added };
    if (next.added > 0) notifier.notify(`dataset:${datasetId}`);
  }
  return all;
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
