import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../support/folder.ts";
import { openRunFolder } from "../support/run-folder.ts";
import { showUsage } from "../support/usage.ts";
import { type Bench, openBench } from "./bench.ts";
import { performancePage, type Run } from "./page.ts";
import { summarize } from "./profile.ts";
import { isMet, type Measured, type Row } from "./row.ts";
import { rows } from "./rows/index.ts";

showUsage(`Usage: npm run bench [-- --quick] [-- --only "single,idle"] [-- --print]

Measures this machine and writes doc/performance.md; with --print or --only, to standard output.
Rows: ${rows.map(({ name }) => name).join(", ")}.`);
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    print: { type: "boolean", default: false },
  },
});
await openRunFolder();
const only = values.only?.split(",");
const chosen = rows.filter(
  ({ name }) => name === "bare Postgres" || !only || only.some((text) => name.includes(text)),
);
const folder = temporaryFolder("bench-profiles");
const bench = await openBench({ quick: values.quick });
try {
  const done: Run["rows"] = [];
  for (const [index, row] of chosen.entries())
    done.push(await measure(bench, row, join(folder, String(index))));
  const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`;
  const page = performancePage({
    command,
    quick: values.quick,
    postgres: await bench.postgresVersion(),
    rows: done,
  });
  if (values.print || only) process.stdout.write(page);
  else writeFileSync(fileURLToPath(new URL("../../doc/performance.md", import.meta.url)), page);
} finally {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
}

/**
 * A row that misses is measured again under the profiler, which says what it spends its time on.
 */
async function measure(bench: Bench, row: Row, profiles: string): Promise<Run["rows"][number]> {
  const measured = await row.measure(bench);
  for (const one of measured) say(row, one);
  if (measured.every(isMet)) return { row, measured };
  await row.measure({ ...bench, service: (env) => bench.service(env, profiles) });
  const profile = summarize(profiles);
  for (const line of profile ?? []) process.stderr.write(`    ${line}\n`);
  return { row, measured, ...(profile && { profile }) };
}

function say(row: Row, one: Measured): void {
  const ratio = one.toBare === undefined ? "" : `, ${(one.toBare * 100).toFixed(0)} % of bare`;
  const verdict = one.must ? (isMet(one) ? ", reached" : ", MISSED") : "";
  process.stderr.write(
    `${row.name}: ${one.what}: ${one.value.toFixed(1)} ${one.unit}${ratio}${verdict} ` +
      `${JSON.stringify(one.details ?? {})}\n`,
  );
}
