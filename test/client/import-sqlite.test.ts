// `longshore import` from a file of SQLite, which Node.js reads since 22.13.
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { cliHere, runHere } from "../support/cli-here.ts";
import { temporaryFolder } from "../support/folder.ts";
import { tables2022 } from "../support/servicex-database.ts";

const readsSqlite = isBuiltin("node:sqlite");
if (!readsSqlite)
  console.warn(
    `\nNOT TESTED: importing a file of SQLite. This Node.js (${process.version}) has no ` +
      "node:sqlite: run this file with 22.13 or later.\n",
  );

const printed = cliHere();
let api: Api;
let folder: string;

beforeAll(async () => {
  folder = temporaryFolder("import");
  api = await openApi();
});
afterAll(async () => {
  await api?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  const { config, databaseUrl } = api.ledger.ctx;
  vi.stubEnv("DATABASE_URL", databaseUrl);
  vi.stubEnv("DATA_DIR", config.dataDir);
  vi.stubEnv("SERVICEX_DATABASE_URL", `sqlite:///${folder}/app.db`);
});

const run = (...words: string[]) => runHere(printed, words);

test.runIf(readsSqlite)(
  "a file is taken, where texts may have what Postgres takes in none",
  async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const file = new DatabaseSync(`${folder}/app.db`, { readOnly: false });
    for (const table of tables2022.replaceAll("serial PRIMARY", "integer PRIMARY").split(";"))
      if (table.trim()) file.prepare(table).all();
    const id = randomUUID();
    file
      .prepare(
        `INSERT INTO requests (request_id, title, status, submit_time, did)
         VALUES (?1, 'a' || char(0) || 'b', 'Canceled', '2022-01-02 03:04:05.000006', 'rucio://x')`,
      )
      .all(id);
    file.close();
    const ran = await run("import", "--json", "--as", "a file");
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout).taken).toMatchObject({ requests: 1 });
    // Node.js 22 reads a text to its NUL, later ones all of it
    expect((await api.get(`/v1/requests/${id}`)).json()).toMatchObject({
      title: expect.stringMatching(/^a(\ufffdb)?$/),
      state: "canceled",
    });
    expect(await api.ledger.violations()).toEqual([]);
  },
);

test.runIf(readsSqlite)("a file that is not there is refused with its name", async () => {
  vi.stubEnv("SERVICEX_DATABASE_URL", `sqlite:///${folder}/none.db`);
  const ran = await run("import");
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr).toContain(`the SQLite file ${folder}/none.db cannot be opened`);
});

test.skipIf(readsSqlite)("a Node.js without SQLite says which one reads the file", async () => {
  const ran = await run("import");
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr).toContain("this Node.js reads no SQLite file; Node.js 22.13 and later do.");
});
