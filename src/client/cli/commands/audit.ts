import type { Command } from "commander";
import type { Config } from "../../../config.ts";
import type { Db } from "../../../db/client.ts";
import type { AuditReport } from "../../../requests/audit/audit.ts";
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
  const report = await withTables("audit", (db, config) => auditOf(db, config, request));
  if (request !== undefined && report.requests === 0)
    throw usedWrongly(`There is no request ${request} in this database.`);
  if (json) printJson(report);
  else
    for (const { invariant, request: id, file, detail } of report.violations)
      print(clean(`${invariant}  ${id}${file === undefined ? "" : `  file ${file}`}  ${detail}`));
  const { requests, files, history, results, violations } = report;
  const verdict = report.clean ? "clean" : `${violations.length} violations`;
  say(
    `${requests} requests, ${files} files, ${history} history rows, ${results} results: ${verdict}`,
  );
  process.exitCode = report.clean ? exits.done : exits.someFailed;
}

async function auditOf(db: Db, config: Config, request: string | undefined): Promise<AuditReport> {
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
  await store.close();
  return report;
}
