// Several users at one service: over HTTP there is only the local one, so others submit and claim
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
