import { audit } from "../../src/requests/audit/audit.ts";
import type { BenchService } from "./bench.ts";

/** Throws where the ledger does not add up. The objects of these requests are not looked at. */
export async function auditClean({ db }: BenchService): Promise<void> {
  const { violations } = await audit(
    db,
    { head: async () => undefined },
    { fileAttempts: 3, operationsWithOutputs: [] },
  );
  if (violations.length)
    throw new Error(
      `The audit found: ${violations.map((one) => `${one.invariant} ${one.detail}`).join("; ")}`,
    );
}
