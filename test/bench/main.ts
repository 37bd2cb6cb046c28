import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { withMeasured } from "../../doc/generate/sizing.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openRunFolder } from "../support/run-folder.ts";
import { showUsage } from "../support/usage.ts";
import { type BareLimit, bareLimit } from "./bare-limit.ts";
import { type Bench, openBench } from "./bench.ts";
import { performancePage, type Run } from "./page.ts";
import { summarize } from "./profile.ts";
import { isMet, type Measured, type Row } from "./row.ts";
import { rows } from "./rows/index.ts";

showUsage(`Usage: npm run bench [-- --quick] [-- --only "single,idle"] [-- --print]

Measures this machine and writes doc/performance.md and the figures of doc/sizing.md; with --print,
--only or --quick, to standard output.
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
const chosen = rows.filter(({ name }) => !only || only.some((text) => name.includes(text)));
const folder = temporaryFolder("bench-profiles");
const bench = await openBench({ quick: values.quick });
try {
  const limit = bareLimit(bench);
  const done: Run["rows"] = [];
  for (const [index, row] of chosen.entries())
    done.push(await measure(bench, limit, row, join(folder, String(index))));
  const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`;
  const page = performancePage({
    command,
    quick: values.quick,
    postgres: await bench.postgresVersion(),
    rows: [...limit.rows(), ...done],
  });
  if (values.print || only || values.quick) process.stdout.write(page);
  else {
    const sizing = pathOf("doc/sizing.md");
    const sizingPage = withMeasured(readFileSync(sizing, "utf8"), page);
    writeFileSync(pathOf("doc/performance.md"), page);
    writeFileSync(sizing, sizingPage);
  }
} finally {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/**
 * A row that misses is measured again under the profiler, which says what it spends its time on.
 */
async function measure(
  bench: Bench,
  limit: BareLimit,
  row: Row,
  profiles: string,
): Promise<Run["rows"][number]> {
  const measured = await limit.compare(row);
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
