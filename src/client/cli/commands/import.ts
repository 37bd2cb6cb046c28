import type { Command } from "commander";
import type { ImportProgress, ImportReport } from "../../../import/import.ts";
import { withTables } from "../database.ts";
import { usedWrongly } from "../exits.ts";
import { plainText } from "../given/values.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { jsonOption } from "../service.ts";

interface Options {
  as?: string;
  json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command("import")
    .description(
      "take users, their tokens and ended requests over from the ServiceX database that " +
        "SERVICEX_DATABASE_URL names, which is only read; what was taken before is left",
    )
    .option(
      "--as <name>",
      "what the ServiceX is called, where several are taken over; default: by its generation",
      plainText(60),
    )
    .addOption(jsonOption())
    .action(runImport);
}

async function runImport({ as: source, json }: Options): Promise<void> {
  const report = await withTables("import", async (db, config) => {
    const url = config.servicexDatabaseUrl;
    if (url === undefined)
      throw usedWrongly(
        "Set SERVICEX_DATABASE_URL to the database of ServiceX: what its app.conf has as " +
          "SQLALCHEMY_DATABASE_URI.",
      );
    const [{ importServicex }, { signingKeys }, { assertServicesKey }] = await Promise.all([
      import("../../../import/import.ts"),
      import("../../../secrets.ts"),
      import("../../../service-identity/keys.ts"),
    ]);
    const sealKeys = signingKeys(config);
    await assertServicesKey(db.query, config, sealKeys);
    return importServicex({ db, config, sealKeys, url, source, progress: shown() });
  });
  if (json) printJson(report);
  else for (const line of linesOf(report)) print(clean(line));
}

const everyMilliseconds = 2_000;

/** The first, the last, and one every two seconds between them. */
function shown(): (progress: ImportProgress) => void {
  let last = 0;
  return ({ what, done, total }) => {
    const now = Date.now();
    if (done > 1 && done < total && now - last < everyMilliseconds) return;
    last = now;
    say(`${done} of ${total} ${what}`);
  };
}

function linesOf({ source, generation, taken, before, found, problems }: ImportReport): string[] {
  return [
    `Taken over from ServiceX (${generation}) as ${source}:`,
    `  ${taken.users} users and ${taken.tokens} tokens` +
      ` (${before.users} users taken before, ${found} here already)`,
    `  ${taken.requests} requests (${before.requests} taken before)`,
    `  ${taken.datasets} datasets, ${taken.files} files, ${taken.results} results,` +
      ` ${taken.history} rows of history`,
    ...(problems.length > 0 ? ["Not taken, or not as it was:"] : []),
    ...problems.map(({ what, count, examples }) => {
      const some = examples.length > 0 ? ` (${examples.join("; ")})` : "";
      return `  ${count}  ${what}${some}`;
    }),
  ];
}
