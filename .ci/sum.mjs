// The failed tests with their errors, the seconds of each part, then one line for all suites, from vitest's JSON reports. A
// suite without a report has failed. Failures are printed here again, because the end of a long log is what people read first.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

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
  const { success, testResults: files } = read(path);
  const second = join(folder, `${suite}.again.json`);
  const again = existsSync(second) ? read(second).testResults : [];
  for (const file of files) {
    if (file.status === "failed") printFailures(suite, file);
    const last = again.find(({ name }) => name === file.name) ?? file;
    passed += count(last, "passed");
    // A file that cannot be loaded, or whose hooks fail, has failed all the same.
    if (last.status === "failed") failed += count(last, "failed") || 1;
  }
  // An error outside of every test
  if (!success && !files.some(({ status }) => status === "failed")) failed += 1;
}
printSeconds();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function read(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

function count(file, status) {
  return file.assertionResults.filter((test) => test.status === status).length;
}

function printFailures(suite, file) {
  const name = relative(process.cwd(), file.name);
  if (count(file, "failed") === 0)
    console.log(`FAILED ${suite}: ${name}\n    ${start(file.message)}`);
  for (const test of file.assertionResults)
    if (test.status === "failed")
      console.log(
        `FAILED ${suite}: ${name} > ${test.fullName}\n    ${start(test.failureMessages.join(" "))}`,
      );
}

function start(text) {
  return text.replace(/\s+/g, " ").slice(0, 300);
}

function printSeconds() {
  const parts = readdirSync(folder)
    .filter((name) => name.endsWith(".seconds"))
    .map((name) => [name.replace(".seconds", ""), Number(readFileSync(join(folder, name), "utf8"))])
    .sort(([, left], [, right]) => right - left);
  const total = parts.reduce((sum, [, seconds]) => sum + seconds, 0);
  for (const [name, seconds] of [...parts, ["all", total]])
    console.log(`${String(seconds).padStart(6)} s  ${name}`);
}
