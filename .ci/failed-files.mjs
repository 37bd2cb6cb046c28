// node .ci/failed-files.mjs <report> [<report of the second run>]: the files of a vitest report that failed, one a line. With a
// second report: only those that did not fail in it. A suite that was ended before left no report.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const [first, second] = process.argv.slice(2);
const again = second === undefined ? [] : failedIn(second);
for (const name of failedIn(first)) if (!again.includes(name)) console.log(name);

function failedIn(path) {
  if (!existsSync(path)) return [];
  return JSON.parse(readFileSync(path, "utf8"))
    .testResults.filter(({ status }) => status === "failed")
    .map(({ name }) => relative(process.cwd(), name));
}
