import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { type Notifier, openNotifier } from "../../src/db/notifier.ts";
import { openPeople, type People } from "../../src/db/people.ts";
import { brokenIndex } from "../../src/db/people-error.ts";
import { UnavailableError } from "../../src/errors.ts";
import { silentLog } from "../../src/log.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { type UserMove, userMoves, userStates } from "../../src/users/state.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/wait.ts";

interface Process {
  db: Db;
  people: People;
  close(): Promise<void>;
}

let database: FreshDatabase;
let here: Process;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  here = open(database.url);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(async () => {
  await here.close();
  await database.drop();
});

function open(url: string): Process {
  const db = openDb({ url, applicationName: "people", max: 4, connectSeconds: 2 });
  const notifier: Notifier = openNotifier(url, db.pool, silentLog());
  const people = openPeople({ pool: db.pool, notifier, enabled: true });
  const close = async () => {
    await people.close();
    await notifier.close();
    await db.close();
  };
  return { db, people, close };
}

async function addUser(id: string, state = "pending"): Promise<void> {
  await here.people.write((db) => db.users.create({ data: { id, state } }));
}

test("a transaction that throws changes nothing, and the pool stays usable", async () => {
  await addUser("thrown");
  const failing = here.people.write(async (db) => {
    await db.users.update({ where: { id: "thrown" }, data: { name: "half" } });
    throw new Error("on second thoughts");
  });
  await expect(failing).rejects.toThrow("on second thoughts");
  const [row] = await here.db.query("SELECT name FROM users WHERE id = $1", ["thrown"]);
  expect(row).toEqual({ name: null });
});

test("two transactions that block each other both happen in the end", async () => {
  await addUser("left");
  await addUser("right");
  let started = 0;
  const lockBoth = (first: string, second: string) =>
    here.people.write(async (db) => {
      await db.users.update({ where: { id: first }, data: { name: `${first} first` } });
      started += 1;
      await until(() => started >= 2);
      await db.users.update({ where: { id: second }, data: { email: `${first} first` } });
    });
  await Promise.all([lockBoth("left", "right"), lockBoth("right", "left")]);
  const rows = await here.db.query(
    "SELECT name, email FROM users WHERE id IN ('left', 'right') ORDER BY id",
  );
  expect(rows).toEqual([
    { name: "left first", email: "right first" },
    { name: "right first", email: "left first" },
  ]);
  // The one that Postgres broke off began again.
  expect(started).toBeGreaterThan(2);
});

test("a row that breaks an index names it", async () => {
  await addUser("twice");
  const identity = { issuer: "i", subject: "s", user_id: "twice" };
  const add = () => here.people.write((db) => db.identities.create({ data: identity }));
  await add();
  const error = await add().catch((caught: unknown) => caught);
  expect(brokenIndex(error)).toBe("identities_pkey");
  expect(brokenIndex(new Error("other"))).toBeUndefined();
});

test("a database that is away makes reads and writes unavailable, until it is back", async () => {
  const proxy = await startTcpProxy(database.url);
  const process = open(proxy.url);
  closers.push(process.close, proxy.close);
  const count = () => process.people.read((db) => db.users.count());
  expect(await count()).toBeGreaterThan(0);
  proxy.freeze();
  process.db.mark()();
  await expect(count()).rejects.toThrow(UnavailableError);
  await expect(process.people.write((db) => db.users.count())).rejects.toThrow(UnavailableError);
  proxy.thaw();
  expect(await count()).toBeGreaterThan(0);
  await process.db.close();
  await expect(count()).rejects.toThrow(UnavailableError);
});

test("other processes learn whose facts have changed", async () => {
  const other = open(database.url);
  closers.push(other.close);
  const heard: string[] = [];
  const stop = other.people.onChanged((user) => heard.push(user));
  await until(() => {
    here.people.changed("ann");
    return heard.includes("ann");
  });
  stop();
});

test("with identity off nothing is loaded, and every call says so", async () => {
  // A pool that would fail if it were used
  const off = openPeople({
    pool: {} as Db["pool"],
    notifier: { notify: () => undefined, onPrefix: () => () => undefined },
    enabled: false,
  });
  const refused = { status: 409, code: "identity_off" };
  await expect(off.read(async () => 1)).rejects.toMatchObject(refused);
  await expect(off.write(async () => 1)).rejects.toMatchObject(refused);
  await off.close();
});

test("the accounts of before are approved or suspended, and later ones wait", async () => {
  const empty = await freshDatabase({ empty: true });
  const before = temporaryFolder("before-people");
  closers.push(async () => {
    await empty.drop();
    rmSync(before, { recursive: true });
  });
  cpSync(fileURLToPath(new URL("../../prisma/migrations", import.meta.url)), before, {
    recursive: true,
    filter: (path) => (/\/(\d{14})_[^/]*$/.exec(path)?.[1] ?? "") < "20261127170000",
  });
  await migrate(empty.url, { folder: before });
  const db = openDb({ url: empty.url, applicationName: "people", max: 1 });
  closers.unshift(db.close);
  await db.query("INSERT INTO users (id, suspended_at) VALUES ('out', now()), ('in', NULL)");
  await migrate(empty.url);
  // As a process of the version before goes on writing
  await db.query("INSERT INTO users (id) VALUES ('later')");
  expect(await db.query("SELECT id, state, admin FROM users ORDER BY number")).toEqual([
    { id: "out", state: "suspended", admin: false },
    { id: "in", state: "approved", admin: false },
    { id: "later", state: "pending", admin: false },
  ]);
});

test.each(Object.keys(userMoves) as UserMove[])(
  "%s leaves the states of its row and no other",
  async (move) => {
    const { from, to } = userMoves[move];
    for (const state of userStates) {
      const id = `${move} ${state}`;
      await addUser(id, state);
      const moved = await here.people.write((db) => moveUser(db, id, move));
      expect(moved, state).toBe(from.some((one) => one === state));
      const [row] = await here.db.query<{ state: string; out: boolean }>(
        "SELECT state, suspended_at IS NOT NULL AS out FROM users WHERE id = $1",
        [id],
      );
      expect(row?.state).toBe(moved ? to : state);
      if (moved) expect(row?.out).toBe(to !== "approved");
    }
  },
);
