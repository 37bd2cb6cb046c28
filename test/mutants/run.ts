// Runs the named tests on a copy of the tree, and tells how they ended.
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

export interface Outcome {
  passed: number;
  failed: number;
  /** files that could not be loaded */
  broken: number;
  /** names of the tests that failed, and of the files that could not be loaded */
  failures: string[];
  /** of the slowest test */
  seconds: number;
  output: string;
}

export interface RunOptions {
  databaseServer: string;
  /** a part of the names of the tests to run */
  only?: string | undefined;
  /** after which a test has failed */
  timeoutSeconds: number;
}

/** The files that git knows or would take, with what is installed and generated beside them. */
export function copyTree(root: string, folder: string): void {
  const list = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: root });
  for (const path of list
    .toString()
    .split("\0")
    .filter((name) => existsSync(join(root, name)))) {
    if (path === "") continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  for (const name of ["node_modules", "generated"])
    symlinkSync(join(root, name), join(folder, name));
}

export async function runTests(
  folder: string,
  tests: string[],
  options: RunOptions,
): Promise<Outcome> {
  const unit = tests.filter((path) => path.startsWith("unit/"));
  const others = tests.filter((path) => !path.startsWith("unit/"));
  const outcomes = [
    ...(unit.length ? [await vitest(folder, "test/vitest.unit.config.ts", unit, options)] : []),
    ...(others.length ? [await vitest(folder, "test/vitest.config.ts", others, options)] : []),
  ];
  return {
    passed: total(outcomes, "passed"),
    failed: total(outcomes, "failed"),
    broken: total(outcomes, "broken"),
    failures: outcomes.flatMap(({ failures }) => failures),
    seconds: Math.max(0, ...outcomes.map(({ seconds }) => seconds)),
    output: outcomes.map(({ output }) => output).join("\n"),
  };
}

function total(outcomes: Outcome[], key: "passed" | "failed" | "broken"): number {
  return outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
}

async function vitest(
  folder: string,
  config: string,
  tests: string[],
  { databaseServer, only, timeoutSeconds }: RunOptions,
): Promise<Outcome> {
  const report = join(folder, "mutant-report.json");
  rmSync(report, { force: true });
  const child = spawn(
    process.execPath,
    [
      join(folder, "node_modules", "vitest", "vitest.mjs"),
      "run",
      ...["--config", config, "--reporter=json", `--outputFile.json=${report}`],
      ...[`--testTimeout=${Math.round(timeoutSeconds * 1000)}`, "--bail=1"],
      "--no-file-parallelism",
      ...(only ? ["--testNamePattern", only] : []),
      ...tests.map((path) => join("test", path)),
    ],
    { cwd: folder, env: { ...process.env, TEST_DATABASE_SERVER: databaseServer } },
  );
  let output = "";
  child.stdout.on("data", (data) => (output += String(data)));
  child.stderr.on("data", (data) => (output += String(data)));
  await new Promise((resolve) => child.on("close", resolve));
  if (!existsSync(report))
    return { passed: 0, failed: 0, broken: 1, failures: tests, seconds: 0, output };
  return { ...readReport(report), output };
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    assertionResults: { status: string; fullName: string; duration?: number | null }[];
  }[];
}

function readReport(path: string): Omit<Outcome, "output"> {
  const { numPassedTests, numFailedTests, testResults }: Report = JSON.parse(
    readFileSync(path, "utf8"),
  );
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === "failed");
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    broken: unloaded.length,
    failures: [...unloaded.map(({ name }) => name), ...failed.map(({ fullName }) => fullName)],
    seconds: Math.max(0, ...results.map(({ duration }) => (duration ?? 0) / 1000)),
  };
}

/**
 * Replaces the one occurrence of a snippet, and returns how to put it back; nothing if there is not
 * exactly one.
 */
export function mutate(path: string, from: string, to: string): (() => void) | undefined {
  if (!occursOnce(path, from)) return undefined;
  const original = readFileSync(path, "utf8");
  writeFileSync(
    path,
    original.replace(from, () => to),
  );
  return () => writeFileSync(path, original);
}

export function occursOnce(path: string, snippet: string): boolean {
  return existsSync(path) && readFileSync(path, "utf8").split(snippet).length === 2;
}
