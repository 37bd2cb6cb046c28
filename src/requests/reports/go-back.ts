import type { Deps } from "../../deps.ts";
import { notOnDiskClass } from "../../operations/contract.ts";
import { isServiceOperation } from "../../operations/offered.ts";
import { goBack } from "./go-back-store.ts";
import type { ReportRow } from "./report-row.ts";

export type GoBackDeps = Deps<"advanceQueue" | "config" | "ledger" | "notifier" | "operations">;

/**
 * A worker found that the data of a file is on tape again, which the step before had brought: the
 * file waits in that step once more. Returns the rows that moved so; the others are reports like
 * any.
 */
export async function sendBack(ctx: GoBackDeps, rows: ReportRow[]): Promise<Set<ReportRow>> {
  const gone = rows.filter((row) => row.class === notOnDiskClass);
  if (gone.length === 0) return new Set();
  const operations = [...ctx.operations.values()].filter(isServiceOperation);
  const names = operations.map(({ name }) => name);
  const moved = await goBack(ctx.ledger.query, gone, names, ctx.config.fileAttempts);
  const back = new Set(moved.flatMap((at) => gone[at] ?? []));
  for (const request of new Set([...back].map((row) => row.request))) {
    ctx.advanceQueue.add(request);
    ctx.notifier.notify(`request:${request}`);
  }
  return back;
}
