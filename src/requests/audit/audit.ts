import type { Db, Query } from "../../db/client.ts";
import { differenceOf } from "../../storage/as-recorded.ts";
import type { Store, StoredObject } from "../../storage/contract.ts";
import {
  auditedCounts,
  isKept,
  type KeptResult,
  keptResults,
  mostPerCheck,
  type Violation,
  violationsInLedger,
} from "./audit-store.ts";

export interface AuditReport {
  clean: boolean;
  /** how many of each were checked */
  requests: number;
  files: number;
  /** of these files, how many were given out more than once in their last step */
  again: number;
  history: number;
  results: number;
  violations: Violation[];
}

export interface AuditOptions {
  /** one request; default: all */
  request?: string | undefined;
  fileAttempts: number;
  /** operations whose done files must have a result */
  operationsWithOutputs: string[];
}

/** Some read every row of the ledger. */
const longestStatementSeconds = 6 * 3_600;

/**
 * Checks invariants I1 to I3, I5 to I7 and I9 to I13 of the design, from one snapshot of the
 * database and the store.
 */
export async function audit(
  db: Db,
  store: Pick<Store, "head">,
  options: AuditOptions,
): Promise<AuditReport> {
  return db.tx(
    async (query) => {
      await query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      return auditIn(query, store, options, db);
    },
    { statementSeconds: longestStatementSeconds },
  );
}

/**
 * The same in the caller's transaction. `now` sees what was committed since: objects that are
 * removed meanwhile, as by the end of a request, are not missing.
 */
export async function auditIn(
  query: Query,
  store: Pick<Store, "head">,
  { request, fileAttempts, operationsWithOutputs }: AuditOptions,
  now: Pick<Db, "query"> = { query },
): Promise<AuditReport> {
  const counts = await auditedCounts(query, request ?? null);
  const violations = await violationsInLedger(
    query,
    request ?? null,
    fileAttempts,
    operationsWithOutputs,
  );
  const stored = await violationsInStore({ query, now, store }, request ?? null);
  violations.push(...stored.violations);
  return { clean: violations.length === 0, ...counts, results: stored.results, violations };
}

const page = 500;
const atOnce = 16;

interface AuditedPlaces {
  query: Query;
  now: Pick<Db, "query">;
  store: Pick<Store, "head">;
}

async function violationsInStore(
  { query, now, store }: AuditedPlaces,
  request: string | null,
): Promise<{ results: number; violations: Violation[] }> {
  const violations: Violation[] = [];
  let results = 0;
  let after = { request: "00000000-0000-0000-0000-000000000000", name: "" };
  for (;;) {
    const rows = await keptResults(query, request, after, page);
    results += rows.length;
    for (let start = 0; start < rows.length; start += atOnce) {
      const found = await Promise.all(
        rows.slice(start, start + atOnce).map(async (row) => {
          const detail = problemOf(row, await store.head(row.request, row.name));
          return detail === undefined || !(await isKept(now.query, row))
            ? []
            : [violationOf(row, detail)];
        }),
      );
      violations.push(...found.flat());
    }
    const last = rows.at(-1);
    if (!last || rows.length < page || violations.length >= mostPerCheck)
      return { results, violations };
    after = { request: last.request, name: last.name };
  }
}

function violationOf({ request, file }: KeptResult, detail: string): Violation {
  return { invariant: "I6", request, ...(file === null ? {} : { file }), detail };
}

function problemOf(row: KeptResult, object: StoredObject | undefined): string | undefined {
  if (!object) return `result ${row.name} is not in the store`;
  const difference = differenceOf(row, object);
  return difference && `result ${row.name} ${difference}`;
}
