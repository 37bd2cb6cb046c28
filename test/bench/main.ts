// npm run bench [-- --quick] [-- --only reports,idle] [-- --print]
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { throwawayPostgres } from "../support/throwaway-postgres.ts";
import { bareRow } from "./bare.ts";
import { idleRow } from "./idle.ts";
import { performancePage } from "./page.ts";
import { registrationRows } from "./registration.ts";
import { reportRows } from "./reports.ts";
import type { Bench, Measured, Row } from "./row.ts";
import { statusRows } from "./status.ts";

const rows: Record<string, Row> = { bare: bareRow, reports: reportRows, registration: registrationRows, status: statusRows, idle: idleRow };

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" }, print: { type: "boolean", default: false } },
});
const only = values.only?.split(",") ?? Object.keys(rows);
const postgres = await throwawayPostgres({ fsync: "on", max_connections: "100" });
const bench: Bench = { scale: values.quick ? 0.1 : 1, databaseServer: postgres.url, say: (line) => process.stderr.write(`${line}\n`) };
const load = loadavg()[0] ?? 0;
const measured: Measured[] = [];
try {
  for (const [name, row] of Object.entries(rows)) {
    if (!only.includes(name)) continue;
    for (const one of await row(bench)) {
      measured.push(one);
      bench.say(
        `${one.what}: ${one.value.toFixed(2)} ${one.unit} (${one.must})${one.ratio ? `, ${(one.ratio * 100).toFixed(0)} % of bare` : ""} ${one.note ?? ""}`,
      );
    }
  }
  const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`;
  const page = performancePage({ command, scale: bench.scale, load, postgres: await versionOf(postgres.url), rows: measured });
  if (values.print) process.stdout.write(page);
  else writeFileSync(fileURLToPath(new URL("../../doc/performance.md", import.meta.url)), page);
} finally {
  await postgres.stop();
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: found } = await client.query<{ version: string }>("SHOW server_version");
  await client.end();
  return `PostgreSQL ${found[0]?.version ?? ""}`;
}
