import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDb } from "../../src/db/client.ts";
import { type Running, runCli, startCli } from "../support/cli.ts";
import { runCliInside } from "../support/cli-inside.ts";
import { freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { writeTable } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

let service: Service;
let worker: Running;
let cwd: string;

beforeAll(async () => {
  cwd = temporaryFolder("cli");
  for (const year of [2012, 2013, 2014])
    await writeTable(
      `${cwd}/${year}.parquet`,
      `select ${year} as year, range as temp from range(10)`,
    );
  writeFileSync(`${cwd}/broken.parquet`, "this is no Parquet");
  service = await startService({
    RUNNER: "external",
    OPERATIONS: "transform,noop",
    INPUT_ROOTS: cwd,
  });
  worker = startCli(["worker", "--url", service.url, "--operations", "transform"], {
    cwd,
    env: { INPUT_ROOTS: cwd, LOG_LEVEL: "info" },
  });
}, 120_000);

afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true });
});

const longshore = (...args: string[]) => runCli(args, { cwd, env: { LONGSHORE_URL: service.url } });
/** Where the process of the command is proven by another test. */
const inside = (...args: string[]) =>
  runCliInside(args, { cwd, env: { LONGSHORE_URL: service.url } });
const database = () => ({
  cwd,
  env: { DATABASE_URL: service.databaseUrl ?? "", STORE_URL: `file://${service.dataDir}/store` },
});
const query = [
  "--sql",
  "select year, sum(temp) as temp from input group by year",
  "--format",
  "csv",
];
/** noop has no worker here, so such a request goes on until it is canceled */
const endless = ["--files", "a", "b", "--operation", "noop"];

test("submit waits, shows progress, downloads, and prints the paths of the results", async () => {
  const { code, stdout, stderr } = await longshore(
    "submit",
    "--files",
    "20*.parquet",
    ...query,
    "--wait",
    "--download",
    "out",
  );
  expect(stderr).toMatch(/Submitted [0-9a-f-]{36}\n[\s\S]*complete: 3 of 3 files done\n/);
  const paths = stdout.trim().split("\n");
  expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual([
    "year,temp\n2012,45\n",
    "year,temp\n2013,45\n",
    "year,temp\n2014,45\n",
  ]);
  const [manifest = "", ...names] = readdirSync(`${cwd}/out`).sort().reverse();
  expect([manifest, ...names.reverse()]).toEqual([
    "longshore-manifest.jsonl",
    ...["2012.csv", "2013.csv", "2014.csv"],
  ]);
  const lines = readFileSync(`${cwd}/out/${manifest}`, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { path: "2012.csv", input: `${cwd}/2012.parquet`, result: expect.stringMatching(/^\d+-1-1-/) },
    { path: "2013.csv", input: `${cwd}/2013.parquet`, size: 18 },
    { path: "2014.csv", input: `${cwd}/2014.parquet` },
  ]);
  expect(code).toBe(0);
});

test("a ServiceX client reads how many rows were written as the number of events", async () => {
  const { items } = JSON.parse((await longshore("list", "--json")).stdout) as {
    items: { id: string }[];
  };
  const path = `${service.url}/servicex/transformation/${items[0]?.id}`;
  expect(await (await fetch(`${path}/status`)).json()).toMatchObject({
    stats: { "total-events": 3 },
  });
  const results = (await (
    await fetch(`${path}/results?later_than=0001-01-01T00:00:00%2B00:00`)
  ).json()) as { results: { "total-events": number }[] };
  expect(results.results.map((one) => one["total-events"])).toEqual([1, 1, 1]);
});

test("a second download leaves what is right and brings what is not", async () => {
  const { items } = JSON.parse((await longshore("list", "--json")).stdout) as {
    items: { id: string }[];
  };
  const id = items.at(-1)?.id ?? "";
  const [first = "", second = ""] = readdirSync(`${cwd}/out`).sort();
  rmSync(`${cwd}/out/${first}`);
  writeFileSync(
    `${cwd}/out/${second}`,
    readFileSync(`${cwd}/out/${second}`, "utf8").replace("45", "46"),
  );
  const { code, stdout } = await longshore("download", id, "out", "--json");
  const { files } = JSON.parse(stdout) as { files: { input: string; skipped: boolean }[] };
  expect(files.map(({ input }) => input)).toContain(`${cwd}/2013.parquet`);
  expect(files.map(({ skipped }) => skipped)).toEqual([false, false, true]);
  expect(readFileSync(`${cwd}/out/${second}`, "utf8")).toContain("45");
  expect(readdirSync(`${cwd}/out`).filter((name) => name.startsWith("."))).toEqual([]);
  expect(code).toBe(0);
});

test("with --json standard output is one JSON document", async () => {
  const { code, stdout } = await longshore(
    "submit",
    "--files",
    "2012.parquet",
    ...query,
    "--title",
    "One year",
    "--wait",
    "--json",
  );
  expect(JSON.parse(stdout)).toMatchObject({
    state: "complete",
    title: "One year",
    counters: { total: 1, done: 1 },
  });
  expect(code).toBe(0);
});

test("where some files fail the code is 1, and files shows which and why", async () => {
  const ran = await longshore(
    "submit",
    "--files",
    "2012.parquet",
    "broken.parquet",
    ...query,
    "--wait",
    "--json",
  );
  expect(ran.code).toBe(1);
  const { id } = JSON.parse(ran.stdout) as { id: string };
  const failed = await longshore("files", id, "--state", "failed");
  expect(failed.stdout).toMatch(
    /^FILE +STATE +STEP +ATTEMPT +PATH +ERROR\n\d+ +failed +1 +\d+ +\S+broken\.parquet +\S/,
  );
  const shown = await longshore("show", id);
  expect(shown.stdout).toMatch(/state +complete\n[\s\S]*files +2 total, 1 done, 1 failed/);
  expect((await longshore("watch", id)).code).toBe(1);
});

test("where no file is done, it does not just say complete, and ends with why and what to type", async () => {
  writeFileSync(`${cwd}/worse.parquet`, "nor is this");
  const files = ["--files", "broken.parquet", "worse.parquet"];
  const ran = await inside("submit", ...files, ...query, "--wait");
  const { stdout } = await inside("list", "--limit", "1", "--json");
  const { id } = (JSON.parse(stdout) as { items: { id: string }[] }).items[0] ?? { id: "" };
  expect(ran.stderr).toContain("complete, but no file was done: 2 of 2 files failed\n");
  expect(ran.stderr).not.toContain("complete: ");
  const list = (await inside("list", "--limit", "1")).stdout;
  expect(list).toMatch(new RegExp(`^${id} +\\d+ +none done +0 +2 +2 `, "m"));
  expect((await inside("list", "--limit", "1", "-o", "csv")).stdout).toContain(",complete,0,2,2,");
  expect(ran.stdout).toMatch(/^state +complete, but no file was done$/m);
  const reasons =
    /^ {2}\d files?, bad_input, for example file \d+, \S+\.parquet:\n {4}.*(broken|worse)/m;
  expect(ran.stderr).toMatch(reasons);
  const next = new RegExp(
    `Every reason: node \\S+ errors ${id}\nOnce the cause is fixed: node \\S+ redrive ${id}\n$`,
  );
  expect(ran.stderr).toMatch(next);
  expect((await inside("watch", id)).stderr).toMatch(next);
  const shown = await inside("show", id);
  expect(shown.stdout).toMatch(reasons);
  expect(shown.stderr).toMatch(next);
  const again = await longshore("redrive", id, "--wait");
  expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(next)]);
  expect(again.stderr).toMatch(reasons);
});

test("SQL that cannot be right is refused at once, in DuckDB's words", async () => {
  const syntax = await longshore("submit", "--files", "2012.parquet", "--sql", "selec 1");
  expect([syntax.code, syntax.stdout]).toEqual([2, ""]);
  expect(syntax.stderr).toContain('syntax error at or near "selec"');
  const column = await longshore(
    "submit",
    "--files",
    "2012.parquet",
    "--sql",
    "select tmp from input",
  );
  expect(column.code).toBe(2);
  expect(column.stderr).toMatch(/"tmp" not found[\s\S]*"temp"/);
});

test("Ctrl-C leaves the request running and says how to resume; a canceled request exits with 5", async () => {
  const waiting = startCli(["submit", ...endless, "--wait"], {
    cwd,
    env: { LONGSHORE_URL: service.url },
  });
  await until(() => waiting.stderr().includes("running"), { timeoutSeconds: 60 });
  waiting.child.kill("SIGINT");
  const { code, stderr } = await waiting.ended;
  expect(code).toBe(130);
  const [, id = ""] = /To follow it again: node \S+ watch ([0-9a-f-]{36})/.exec(stderr) ?? [];

  const watching = startCli(["watch", id], { cwd, env: { LONGSHORE_URL: service.url } });
  await until(() => watching.stderr().includes("running"), { timeoutSeconds: 60 });
  expect((await longshore("cancel", id)).code).toBe(0);
  const watched = await watching.ended;
  expect(watched.code).toBe(5);
  expect(watched.stderr).toContain("canceled: 0 of 2 files done, 2 canceled");
});

test("the same idempotency key gives the same request", async () => {
  const once = await longshore("submit", ...endless, "--idempotency-key", "k");
  const twice = await longshore("submit", ...endless, "--idempotency-key", "k");
  expect(once.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  expect(twice.stdout).toBe(once.stdout);
  const other = await longshore("submit", ...endless, "--title", "other", "--idempotency-key", "k");
  expect(other.code).toBe(2);
  await longshore("cancel", once.stdout.trim());
});

test("what the service does not know is a mistake of the caller", async () => {
  const nobody = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
  for (const command of [
    "show",
    "files",
    "watch",
    "cancel",
    "download",
    "errors",
    "redrive",
    "delete",
    "receipt",
  ]) {
    const { code, stderr } = await inside(command, nobody);
    expect(stderr).toContain(`There is no request "${nobody}"`);
    expect(code).toBe(2);
  }
});

test("datasets are listed, shown with their files, and forgotten", async () => {
  const { items } = JSON.parse((await longshore("datasets", "--json")).stdout) as {
    items: { id: string; finder: string; files: number }[];
  };
  const [newest] = items;
  expect(newest).toMatchObject({ finder: "user" });
  const id = newest?.id ?? "";
  expect((await inside("datasets", "list", "--limit", "1")).stdout).toMatch(
    new RegExp(`^ID +VERSION [^\n]*\n${id} +1 +ready`),
  );
  expect((await inside("datasets", "show", id)).stdout).toMatch(
    /^id +\d+\nname +user:\/\/[0-9a-f]{64}\n/,
  );
  expect((await inside("datasets", "files", id)).stdout.trim().split("\n")).toHaveLength(
    (newest?.files ?? 0) + 1,
  );
  expect((await inside("datasets", "delete", id)).code).toBe(0);
  const left = JSON.parse((await inside("datasets", "--json")).stdout) as {
    items: { id: string }[];
  };
  expect(left.items.map((one) => one.id)).not.toContain(id);
  expect((await inside("datasets", "show", "999999")).code).toBe(2);
});

test("an open request shows what it waits for", async () => {
  const { stdout: id } = await longshore("submit", ...endless);
  await until(async () =>
    (await inside("show", id.trim())).stdout.includes("no worker has asked for noop work here"),
  );
  await longshore("cancel", id.trim());
});

test("a list goes on where it ended", async () => {
  const first = JSON.parse((await inside("list", "--limit", "2", "--json")).stdout) as {
    items: { id: string }[];
    next: string;
  };
  const second = JSON.parse(
    (await inside("list", "--limit", "2", "--cursor", first.next, "--json")).stdout,
  ) as typeof first;
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(4);
});

test("audit finds the books in order, and migrate nothing to do", async () => {
  const { code, stdout } = await runCli(["audit", "--json"], database());
  expect(JSON.parse(stdout)).toMatchObject({ clean: true, violations: [] });
  expect(code).toBe(0);
  const migrated = await runCli(["migrate"], database());
  expect([migrated.code, migrated.stdout]).toEqual([0, ""]);
});

test("another store than the service's is refused and named, not reported as lost results", async () => {
  const { env } = database();
  const sentence = "names another folder than the service on this database uses";
  const missing = `${cwd}/nowhere/store`;
  for (const path of [missing, temporaryFolder("other-store")]) {
    const other = await runCliInside(["audit", "--json"], {
      cwd,
      env: { ...env, STORE_URL: `file://${path}` },
    });
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toMatch(
      new RegExp(`^longshore: STORE_URL .*${sentence}: .* Set STORE_URL`),
    );
  }
  const forgotten = await runCliInside(["audit"], { cwd, env: { DATABASE_URL: env.DATABASE_URL } });
  expect(forgotten).toMatchObject({ code: 2, stdout: "" });
  expect(forgotten.stderr).toContain(`${sentence}: there is no folder ${cwd}/.longshore/store.`);
  expect(existsSync(missing)).toBe(false);
  expect(existsSync(`${cwd}/.longshore`)).toBe(false);
});

test("a database without Longshore's tables, or of another version, is no violation", async () => {
  const { env } = database();
  for (const [options, sentence] of [
    [{ empty: true }, "This database has no tables of Longshore. Set DATABASE_URL, or DATA_DIR,"],
    [{}, "Migrations are not applied yet: "],
  ] as const) {
    const other = await freshDatabase(options);
    const db = openDb({ url: other.url, applicationName: "test", max: 1 });
    if (!("empty" in options))
      await db.query("DELETE FROM _prisma_migrations WHERE migration_name LIKE '%identity'");
    await db.close();
    const audit = await runCliInside(["audit"], { cwd, env: { ...env, DATABASE_URL: other.url } });
    await other.drop();
    expect(audit).toMatchObject({ code: 2, stdout: "" });
    expect(audit.stderr).toContain(sentence);
  }
});

test("a result missing from the store is a named violation, with exit code 1", async () => {
  const { items } = JSON.parse((await longshore("list", "--json")).stdout) as {
    items: { id: string; title: string | null }[];
  };
  const id = items.find(({ title }) => title === "One year")?.id ?? "";
  rmSync(`${service.dataDir}/store/${id}`, { recursive: true });
  expect(existsSync(`${service.dataDir}/store/${id}`)).toBe(false);
  const { code, stdout } = await runCli(["audit", "--request", id, "--json"], database());
  expect(JSON.parse(stdout)).toMatchObject({
    clean: false,
    requests: 1,
    violations: [{ invariant: "I6", request: id }],
  });
  expect(code).toBe(1);
});

test("a worker that is interrupted ends well", async () => {
  worker.child.kill("SIGINT");
  const { code, stderr } = await worker.ended;
  expect({ code, said: stderr.includes("The worker has ended.") }).toEqual({ code: 0, said: true });
});

test("limits are shown and set, and a request takes a priority", async () => {
  expect((await inside("limits", "set", "noop", "--per-user", "3")).code).toBe(0);
  const shown = await longshore("limits", "--json");
  expect(JSON.parse(shown.stdout).operations).toContainEqual(
    expect.objectContaining({ operation: "noop", slots: null, slots_per_user: 3 }),
  );
  const { stdout } = await inside("limits", "share", "ann", "2");
  expect(stdout).toMatch(/^OPERATION +RUNNING +SLOTS +PER USER\nnoop +0 +- +3$/m);
  expect(stdout).toMatch(/^ann +0 +0 +2$/m);
  expect(await inside("limits", "share", "ann", "0")).toMatchObject({ code: 2 });
  await inside("limits", "share", "ann", "1");
  await inside("limits", "set", "noop");
  const submitted = await inside("submit", ...endless, "--priority", "-2", "--json");
  const request = JSON.parse(submitted.stdout);
  expect(request.priority).toBe(-2);
  await inside("cancel", request.id);
});
