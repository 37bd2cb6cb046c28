// The seconds of each part, then one line for all suites, from vitest's JSON reports; a suite without a report has failed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, ...suites] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const suite of suites) {
  const path = join(folder, `${suite}.json`);
  if (!existsSync(path)) {
    console.log(`The suite ${suite} left no report.`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed += report.numPassedTests;
  // A file that cannot be loaded has no tests to count, and has failed all the same.
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const known = report.numFailedTests + unloaded;
  failed += report.success || known > 0 ? known : 1;
}
printSeconds();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function printSeconds() {
  const parts = readdirSync(folder)
    .filter((name) => name.endsWith(".seconds"))
    .map((name) => [name.replace(".seconds", ""), Number(readFileSync(join(folder, name), "utf8"))])
    .sort(([, left], [, right]) => right - left);
  const total = parts.reduce((sum, [, seconds]) => sum + seconds, 0);
  for (const [name, seconds] of [...parts, ["all", total]])
    console.log(`${String(seconds).padStart(6)} s  ${name}`);
}
