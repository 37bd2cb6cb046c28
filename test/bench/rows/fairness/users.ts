// Several users at one service: over HTTP there is but the local one, so others submit and claim
// through the domain of a process of their own, which has no scheduler.
import { type Ledger, openLedger } from "../../../support/context.ts";
import type { Bench } from "../../bench.ts";

/** A ledger with all duties in this process, on a fresh database. */
export async function withLedger<Result>(
  bench: Bench,
  env: Record<string, string>,
  work: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const { url, drop } = await bench.database();
  const ledger = await openLedger({ databaseUrl: url, env });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
    await drop();
  }
}

export const secondsSince = (began: number) => (performance.now() - began) / 1000;

/** Does it for each, so many at once. */
export async function forEach<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
