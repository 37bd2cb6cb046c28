// Compares the installed versions with known advisories: the registry's where it answers, else those of advisories.json.
// Exit code 1 for a match. "No match" offline means: none of that list, which is not complete, at its date.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const oldestDays = 90;

const found = process.argv.includes("--offline") ? undefined : askRegistry();
const matches = found ?? compareWithList();
for (const line of matches) console.log(line);
process.exit(matches.length > 0 ? 1 : 0);

/** Undefined where the registry has no advisories to give. */
function askRegistry() {
  const options = ["audit", "--json", "--fetch-retries=0", "--fetch-timeout=20000"];
  const { stdout } = spawnSync("npm", options, { cwd: root, encoding: "utf8" });
  const report = parse(stdout);
  if (report?.vulnerabilities === undefined) return undefined;
  const packages = Object.values(report.vulnerabilities);
  console.log(`The registry knows advisories for ${packages.length} of the packages.`);
  return packages.map(({ name, severity, range }) => `${severity}  ${name} ${range}`);
}

function compareWithList() {
  const { date, advisories } = read(".ci/advisories.json");
  const { packages } = read("package-lock.json");
  const days = Math.floor((Date.now() - Date.parse(date)) / 86_400_000);
  console.log(
    `The registry gives no advisories. Compared with ${advisories.length} of ${date}, ${days} days old.`,
  );
  console.log(
    "The list is made by hand and is not complete: ask a registry that answers before a release.",
  );
  if (days > oldestDays) console.log(`It is older than ${oldestDays} days: bring it up to date.`);
  const installed = Object.entries(packages).flatMap(([path, { name, version }]) =>
    path === "" ? [] : [{ name: name ?? path.split("node_modules/").at(-1), version }],
  );
  return installed.flatMap(({ name, version }) =>
    advisories
      .filter((one) => one.package === name && one.ranges.some((range) => isIn(version, range)))
      .map(({ id, what }) => `${id}  ${name} ${version}: ${what}`),
  );
}

/** `from` is affected, `fixed` is not; a missing bound is open. A pre-release counts as its release. */
function isIn(version, { from = "0.0.0", fixed }) {
  return compare(version, from) >= 0 && (fixed === undefined || compare(version, fixed) < 0);
}

function compare(left, right) {
  const [a, b] = [left, right].map((text) => text.split(/[-+]/)[0].split(".").map(Number));
  const at = [0, 1, 2].find((index) => a[index] !== b[index]);
  return at === undefined ? 0 : a[at] - b[at];
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
