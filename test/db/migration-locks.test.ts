// A migration runs in one transaction, which keeps every lock to its end: while it builds an index,
// the version that still serves must not wait for another table.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { lockFaults } from "../support/migration-locks.ts";

const folder = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));
const sqlOf = (name: string) => readFileSync(`${folder}/${name}/migration.sql`, "utf8");
const names = readdirSync(folder).filter((name) => /^\d/.test(name));

/** Applied migrations never change; those up to this one are older than the rule. */
const lastBefore = "20261126150000_deleting";

test("the migration that the rule comes from breaks it", () => {
  expect(lockFaults(sqlOf(lastBefore))).toEqual([
    "It locks requests and results: each table needs a migration of its own.",
    "An index on requests needs a migration of its own.",
  ]);
});

test.each(names.filter((name) => name > lastBefore))("%s locks one table at most", (name) => {
  expect(lockFaults(sqlOf(name))).toEqual([]);
});

test("what a migration creates, it may index and alter", () => {
  const sql = `CREATE TABLE a (id int);
    CREATE UNIQUE INDEX a_idx ON a (id);
    ALTER TABLE a ADD COLUMN more int;
    -- ALTER TABLE requests
    ALTER TABLE b ADD COLUMN a_id int;`;
  expect(lockFaults(sql)).toEqual([]);
  expect(lockFaults(`${sql} CREATE INDEX ON b (a_id);`)).toEqual([
    "An index on b needs a migration of its own.",
  ]);
});
