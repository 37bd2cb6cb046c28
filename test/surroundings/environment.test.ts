// A service, its workers, its own database and the command line in a shell that is full of other
// programs' settings.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { hostile } from "./hostile.ts";

let service: Service;
let cwd: string;

beforeAll(async () => {
  cwd = temporaryFolder("hostile");
  writeFileSync(join(cwd, "a.csv"), "t,x\n2024-05-06T23:30:00Z,1.5\n");
  service = await startService({
    ...hostile,
    DATABASE_URL: "",
    INPUT_ROOTS: cwd,
    INPUT_HOSTS: "127.0.0.1",
    FILE_ATTEMPTS: "1",
    LOCAL_WORKERS: "1",
  });
}, 120_000);
afterAll(async () => {
  await service?.remove();
  rmSync(cwd, { recursive: true, force: true });
});

const longshore = (...args: string[]) =>
  runCli(args, {
    cwd,
    env: { ...hostile, LONGSHORE_URL: service.url, DATA_DIR: service.dataDir },
  });

test("a file is submitted, read, delivered and audited as if the shell were empty", async () => {
  const sql = "select t::varchar as t, x * 2 as x, current_setting('TimeZone') as zone from input";
  const submitted = await longshore(
    ...["submit", "--files", "*.csv", "--sql", sql, "--format", "csv"],
    ...["--wait", "--download", "out"],
  );
  expect(submitted.stderr).toContain("complete: 1 of 1 files done");
  expect(readFileSync(submitted.stdout.trim(), "utf8")).toBe(
    "t,x,zone\n2024-05-06 23:30:00+00,3.0,UTC\n",
  );
  expect(await longshore("audit")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("clean"),
  });
});

test("an input that cannot be reached says which proxy was not asked", async () => {
  const { code, stdout } = await longshore(
    ...["submit", "--files", "http://127.0.0.1:1/a.csv", "--sql", "select * from input"],
    ...["--wait", "--json"],
  );
  expect(code).toBe(1);
  const { id } = JSON.parse(stdout) as { id: string };
  expect((await longshore("errors", id)).stdout).toContain("the one that https_proxy names");
});

test("the commands that open the embedded database do so as well once the service has stopped", async () => {
  expect(await service.stop()).toBe(0);
  expect(await longshore("migrate")).toMatchObject({ code: 0 });
  expect(await longshore("audit")).toMatchObject({ code: 0 });
});
