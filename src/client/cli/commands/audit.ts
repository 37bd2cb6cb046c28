import type { Command } from "commander";
import type { Config } from "../../../config.ts";
import type { Db } from "../../../db/client.ts";
import type { AuditReport } from "../../../requests/audit/audit.ts";
import type { Store } from "../../../storage/contract.ts";
import { withTables } from "../database.ts";
import { exits, exitsOf } from "../exit-codes.ts";
import { usedWrongly } from "../exits.ts";
import { requestId } from "../given/values.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { jsonOption } from "../service.ts";

interface Options {
  request?: string;
  json?: boolean;
}

export function addAudit(program: Command): void {
  program
    .command("audit")
    .description(
      `check the ledger's invariants against the database and the store: ${exitsOf("audit")}`,
    )
    .option("--request <request>", "only this request", requestId)
    .addOption(jsonOption())
    .action(runAudit);
}

async function runAudit({ request, json }: Options): Promise<void> {
  const { unknown, ...report } = await withTables("audit", (db, config) =>
    auditOf(db, config, request),
  );
  if (request !== undefined && report.requests === 0)
    throw usedWrongly(`There is no request ${request} in this database.`);
  if (json) printJson({ ...report, unknown });
  else
    for (const { invariant, request: id, file, detail } of report.violations)
      print(clean(`${invariant}  ${id}${file === undefined ? "" : `  file ${file}`}  ${detail}`));
  const { requests, files, again, history, results, violations } = report;
  if (again > 0) say(`Given out more than once: ${again} files; their histories say why.`);
  if (unknown.length > 0) say(unknownSentence(unknown));
  const verdict = report.clean ? "clean" : `${violations.length} violations`;
  say(
    `${requests} requests, ${files} files, ${history} history rows, ${results} results: ${verdict}`,
  );
  process.exitCode = report.clean ? exits.done : exits.someFailed;
}

const mostNamed = 10;

function unknownSentence(ids: string[]): string {
  const named = ids.slice(0, mostNamed).join(", ");
  const more = ids.length > mostNamed ? `, and ${ids.length - mostNamed} others` : "";
  return (
    "The store has results of requests that this database does not know, as after a restore of " +
    `an earlier backup: ${named}${more}.`
  );
}

interface Report extends AuditReport {
  /** ids of requests that the store alone knows */
  unknown: string[];
}

async function auditOf(db: Db, config: Config, request: string | undefined): Promise<Report> {
  const [{ openStore }, { openServicesStore }, { audit }, { allOperations }, { hasOutputs }] =
    await Promise.all([
      import("../../../storage/open.ts"),
      import("../../../service-identity/store-proof.ts"),
      import("../../../requests/audit/audit.ts"),
      import("../../../operations/index.ts"),
      import("../../../operations/offered.ts"),
    ]);
  const noUrls = { publicUrl: () => "", internalUrl: () => "", signingKey: Buffer.alloc(0) };
  const store = await openServicesStore(db.query, config, () => openStore(config, noUrls));
  const operationsWithOutputs = allOperations.filter(hasOutputs).map((operation) => operation.name);
  const report = await audit(db, store, {
    request,
    fileAttempts: config.fileAttempts,
    operationsWithOutputs,
  });
  const unknown = request === undefined ? await unknownTo(db, store) : [];
  await store.close();
  return { ...report, unknown };
}

async function unknownTo(db: Db, store: Store): Promise<string[]> {
  const { unknownRequests } = await import("../../../requests/audit/unknown-requests.ts");
  return unknownRequests(db.query, store);
}
