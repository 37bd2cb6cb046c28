import type { Context } from "../context.ts";
import type { FoundFile } from "./contract.ts";
import type { Closing, Ending } from "./ending.ts";
import { type Added, addFound, chunk, closeIn } from "./store.ts";

type Parts = Pick<Context, "ledger" | "doorbell">;

/** Each chunk is a transaction of its own, so that work begins while the lookup goes on. */
export async function fillDataset({ ledger, doorbell }: Parts, datasetId: number, files: FoundFile[]): Promise<Added> {
  let all: Added = { added: 0, total: 0, announced: null, open: true };
  for (let start = 0; start < Math.max(files.length, 1) && all.open; start += chunk) {
    const some = files.slice(start, start + chunk);
    const next = await ledger.tx((query) => addFound(query, datasetId, some));
    all = { ...next, added: all.added + next.added };
    if (next.added > 0) doorbell.ring(`dataset:${datasetId}`);
  }
  return all;
}

/** With a `token`: only while this process is the one that looks it up. */
export async function closeDataset(
  { ledger, doorbell }: Parts,
  datasetId: number,
  closing: Closing,
  token?: string,
): Promise<Ending | undefined> {
  const ending = await ledger.tx((query) => closeIn(query, datasetId, closing, token));
  if (ending) doorbell.ring(`dataset:${datasetId}`);
  return ending;
}
