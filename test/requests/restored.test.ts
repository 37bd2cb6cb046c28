// A backup, work that goes on, the loss of the database, and a restore by the lines of
// doc/operating.md, on Debian's Postgres.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { openDb } from "../../src/db/client.ts";
import { runCli } from "../support/cli.ts";
import {
  type DebianPostgres,
  debianPostgres,
  startDebianPostgres,
} from "../support/debian-postgres.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { holdInput } from "../support/held-input.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const bin = debianPostgres();
if (bin === undefined)
  process.stderr.write(
    "\n!!! Debian's Postgres is not here: restores are NOT tested (package postgresql).\n",
  );

const page = readFileSync(new URL("../../doc/operating.md", import.meta.url), "utf8");
const lineOf = (program: string) => new RegExp(`^${program} .*$`, "m").exec(page)?.[0] ?? "false";
const backUp = lineOf("pg_dump");
const restore = lineOf("pg_restore");

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const settings = {
  LOCAL_WORKERS: "2",
  INPUT_HOSTS: "127.0.0.1",
  LEASE_SECONDS: "5",
  SWEEP_SECONDS: "0.5",
  SECRET_KEY: "kept-where-the-backups-are",
};

async function open(): Promise<{ service: Service; postgres: DebianPostgres; folder: string }> {
  const [port = 0] = await freePorts(1);
  const postgres = await startDebianPostgres(bin ?? "", port);
  closers.push(postgres.remove);
  const folder = temporaryFolder("restored");
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  for (let n = 0; n < 6; n += 1) writeFileSync(join(folder, `${n}.csv`), `a\n${n}\n`);
  const service = await startService({
    ...settings,
    DATABASE_URL: postgres.url,
    INPUT_ROOTS: folder,
  });
  return { service, postgres, folder };
}

const step = (selection: string) => [
  { operation: "transform" as const, selection, format: "csv" as const },
];

test.skipIf(bin === undefined)(
  "after a restore work of the time since the backup is done again, and the audit says so",
  async () => {
    const { service, postgres, folder } = await open();
    const held = await holdInput();
    closers.push(held.close);
    const client = new Longshore({ url: service.url });
    const files = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => join(folder, `${from + n}.csv`));
    const dump = { DATABASE_URL: postgres.url, FILE: join(folder, "longshore.dump") };

    const before = await client.submit({
      dataset: { files: files(0, 2) },
      steps: step("select a from input"),
    });
    expect((await client.wait(before.id)).state).toBe("complete");
    // Both workers are kept busy, so that the others wait when the backup is made.
    const during = await client.submit({
      dataset: { files: [held.url, `${held.url}?other`, ...files(2, 6)] },
      // Another result at each try
      steps: step("select a, uuid() as other from input"),
    });
    await until(async () => (await client.get(during.id)).counters.running === 2);
    await postgres.shell(backUp, dump);

    held.release();
    expect((await client.wait(during.id)).counters).toMatchObject({ done: 6 });
    const after = await client.submit({
      dataset: { files: files(2, 4) },
      steps: step("select a from input"),
    });
    expect((await client.wait(after.id)).state).toBe("complete");

    await service.stop();
    await postgres.lose();
    await postgres.shell(restore, dump);
    const restored = await service.again();
    closers.push(() => restored.remove());
    const again = new Longshore({ url: restored.url });
    expect((await again.get(before.id)).state).toBe("complete");
    expect((await again.get(during.id)).counters.done).toBe(0);
    expect((await again.wait(during.id)).counters).toMatchObject({ done: 6, failed: 0 });
    await expect(again.get(after.id)).rejects.toMatchObject({ status: 404 });

    const db = openDb({ url: postgres.url, applicationName: "test", max: 1 });
    closers.push(db.close);
    const why = await db.query<{ status: string; info: string }>(
      `SELECT status, info FROM file_status
       WHERE request_id = $1 AND status IN ('lost', 'retry') ORDER BY seq`,
      [during.id],
    );
    // Two were running when the backup was made; what the other four had made since is in the way.
    expect(why.map(({ status }) => status).toSorted()).toEqual(
      ["lost", "lost", "retry", "retry", "retry", "retry"].toSorted(),
    );
    for (const { status, info } of why)
      if (status === "retry") expect(info).toMatch(/409.*is already stored and stays as it is/);

    const env = { DATABASE_URL: postgres.url, DATA_DIR: restored.dataDir };
    const audit = await runCli(["audit", "--json"], { env: { ...env, ...settings } });
    expect(JSON.parse(audit.stdout)).toMatchObject({
      ...{ clean: true, requests: 2, files: 8, again: 6, results: 8 },
      unknown: [after.id],
    });
    expect(audit.code).toBe(0);
    const said = await runCli(["audit"], { env: { ...env, ...settings } });
    expect(said.stderr).toContain("Given out more than once: 6 files; their histories say why.");
    expect(said.stderr).toContain(`an earlier backup: ${after.id}.`);
  },
  400_000,
);

test.skipIf(bin === undefined)(
  "a request that was deleted since the backup is there again without results, as the audit says",
  async () => {
    const { service, postgres, folder } = await open();
    const dump = { DATABASE_URL: postgres.url, FILE: join(folder, "longshore.dump") };
    const client = new Longshore({ url: service.url });
    const { id } = await client.submit({
      dataset: { files: [join(folder, "0.csv")] },
      steps: step("select a from input"),
    });
    await client.wait(id);
    await postgres.shell(backUp, dump);
    await client.delete(id);
    await until(async () => (await client.get(id).catch(() => undefined)) === undefined);
    await service.stop();
    await postgres.lose();
    await postgres.shell(restore, dump);
    const restored = await service.again();
    closers.push(() => restored.remove());
    const env = { ...settings, DATABASE_URL: postgres.url, DATA_DIR: restored.dataDir };
    const audit = await runCli(["audit"], { env });
    expect(audit.code).toBe(1);
    expect(audit.stdout).toContain(`I6  ${id}  file 1  result 1-1-1-`);
    const again = new Longshore({ url: restored.url });
    await again.delete(id);
    await until(async () => (await runCli(["audit"], { env })).code === 0);
  },
  400_000,
);
