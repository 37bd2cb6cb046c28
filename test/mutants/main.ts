// Takes one guard out at a time, in a copy of the tree, and runs the tests that must then fail.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { forEachAtOnce } from "../../src/at-once.ts";
import { databaseServer, testSettings } from "../support/database-server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openRunFolder } from "../support/run-folder.ts";
import { makeTemplate } from "../support/template-database.ts";
import { showUsage } from "../support/usage.ts";
import { mutants } from "./index.ts";
import type { Mutant } from "./mutant.ts";
import { copyTree, mutate, type Outcome, runTests } from "./run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
showUsage(`Usage: npm run mutants [-- part of a name or file, another] [-- --outputFile.json=FILE]

Takes one guard out at a time, in a copy of the tree; its tests must then fail.
Without a name, all ${mutants.length} mutants are tried, which takes hours.`);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "outputFile.json": { type: "string" } },
});
const wanted = positionals.join(" ").split(/, */);
const chosen = mutants.filter(({ name, file }) =>
  wanted.some((part) => `${name} ${file}`.includes(part)),
);
const reportTo = values["outputFile.json"];
if (chosen.length === 0) {
  console.error(`No mutant's name or file contains ${wanted.join(" or ")}.`);
  process.exit(2);
}

await openRunFolder();
const postgres = await databaseServer(testSettings);
// As many at once as test files (vitest.config.ts).
const folders = [1, 2, 3].map(() => temporaryFolder("mutants"));
const verdicts: { name: string; killed: boolean }[] = [];
try {
  await makeTemplate(postgres.url);
  for (const folder of folders) copyTree(root, folder);
  const timeoutSeconds = await runUntouched();
  await eachInAFolder(chosen, async (mutant, folder) => {
    verdicts.push(await judge(mutant, folder, timeoutSeconds));
  });
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await postgres.stop();
}
const killed = verdicts.filter((verdict) => verdict.killed).length;
console.log(`${killed} killed, ${verdicts.length - killed} not`);
if (reportTo) writeFileSync(reportTo, JSON.stringify(asReport(killed, verdicts.length - killed)));
process.exitCode = killed === chosen.length && killed > 0 ? 0 : 1;

/** Works on each item in a folder that is free. */
async function eachInAFolder<Item>(
  items: readonly Item[],
  work: (item: Item, folder: string) => Promise<void>,
): Promise<void> {
  const free = [...folders];
  await forEachAtOnce(items, folders.length, async (item) => {
    const folder = free.pop() as string;
    await work(item, folder);
    free.push(folder);
  });
}

/**
 * Runs the tests on the sources as they are, which must pass. Returns how many seconds a test may
 * take with a mutant: more on a busy machine, so that slowness does not count as a kill.
 */
async function runUntouched(): Promise<number> {
  const whole = new Set(chosen.flatMap(({ tests, only }) => (only ? [] : tests)));
  const parts = chosen.filter(({ tests, only }) => only && !tests.every((path) => whole.has(path)));
  let passed = 0;
  let slowest = 0;
  const runs = [
    ...[...whole].map((path) => ({ tests: [path], only: undefined })),
    {
      tests: [...new Set(parts.flatMap(({ tests }) => tests))],
      only: parts.map(({ only }) => only).join("|"),
    },
  ].filter(({ tests }) => tests.length > 0);
  const outcomes: Outcome[] = [];
  await eachInAFolder(runs, async ({ tests, only }, folder) => {
    const options = { databaseServer: postgres.url, only, timeoutSeconds: 180 };
    outcomes.push(await runTests(folder, tests, options));
  });
  for (const outcome of outcomes) {
    if (outcome.failed || outcome.broken || !outcome.passed) {
      console.error(outcome.output);
      const failures = outcome.failures.map((name) => `\n  ${name}`).join("");
      throw new Error(`Tests fail without any mutant: mend them first.${failures}`);
    }
    passed += outcome.passed;
    slowest = Math.max(slowest, outcome.seconds);
  }
  console.log(
    `${passed} tests pass on the sources as they are; the slowest took ${slowest.toFixed(0)} s.`,
  );
  return Math.max(20, 3 * slowest);
}

async function judge(
  { name, file, from, to, tests, only }: Mutant,
  folder: string,
  timeoutSeconds: number,
) {
  const began = performance.now();
  const undo = mutate(join(folder, "src", file), from, to);
  if (!undo) return say(name, `not applied: src/${file} does not have its snippet once`);
  try {
    const { failed, passed, broken } = await runTests(folder, tests, {
      databaseServer: postgres.url,
      only,
      timeoutSeconds,
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (failed) return say(name, `killed   ${seconds} s`, true);
    return say(
      name,
      broken
        ? `broken   ${seconds} s: the sources cannot be loaded`
        : `SURVIVED ${seconds} s, ${passed} tests passed`,
    );
  } finally {
    undo();
  }
}

function say(name: string, verdict: string, killed = false) {
  console.log(`${verdict}  ${name}`);
  return { name, killed };
}

/** As vitest's JSON reporter writes it, for .ci/sum.mjs. */
function asReport(passed: number, failed: number) {
  return { numPassedTests: passed, numFailedTests: failed, success: failed === 0, testResults: [] };
}
