import type { Command } from "commander";
import type { Config } from "../../../config.ts";
import { UnavailableError } from "../../../errors.ts";
import type { AuditReport } from "../../../requests/audit/audit.ts";
import { withDatabase } from "../database.ts";
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
  const report = await withDatabase({}, (url, config) => auditOf(url, config, request));
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

async function auditOf(
  url: string,
  config: Config,
  request: string | undefined,
): Promise<AuditReport> {
  const [
    { openDb },
    { checkDatabase },
    { openStore },
    { openServicesStore },
    { audit },
    { allOperations },
    { hasOutputs },
  ] = await Promise.all([
    import("../../../db/client.ts"),
    import("../../../db/check.ts"),
    import("../../../storage/open.ts"),
    import("../../../service-identity/store-proof.ts"),
    import("../../../requests/audit/audit.ts"),
    import("../../../operations/index.ts"),
    import("../../../operations/offered.ts"),
  ]);
  const db = openDb({ url, applicationName: "longshore audit", max: 2 });
  try {
    await checkDatabase(db).catch(notTheServices);
    const noUrls = { publicUrl: () => "", internalUrl: () => "", signingKey: Buffer.alloc(0) };
    const store = await openServicesStore(db.query, config, () => openStore(config, noUrls));
    const operationsWithOutputs = allOperations
      .filter(hasOutputs)
      .map((operation) => operation.name);
    const report = await audit(db, store, {
      request,
      fileAttempts: config.fileAttempts,
      operationsWithOutputs,
    });
    await store.close();
    return report;
  } finally {
    await db.close();
  }
}

/** Exit code 1 would mean that the ledger is wrong. */
function notTheServices(error: Error & { code?: string }): never {
  const setting = "DATABASE_URL, or DATA_DIR,";
  if (error.code === "42P01")
    throw usedWrongly(
      `This database has no tables of Longshore. Set ${setting} as the service has it.`,
    );
  if (error.code !== undefined || error instanceof UnavailableError) throw error;
  throw usedWrongly(`${error.message} Set ${setting} as a service of this version has it.`);
}
