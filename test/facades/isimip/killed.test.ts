// Jobs whose tools hang, whose workers and whose service are killed.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandOf } from "../../../src/live-process.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { extracting } from "../../support/processes.ts";
import { until } from "../../support/wait.ts";
import { type Isimip, type Job, startIsimip } from "./isimip.ts";

const folder = temporaryFolder("isimip-killed");
const hang = join(folder, "hang");
let isimip: Isimip;

beforeAll(async () => {
  const cdo = join(folder, "cdo");
  // Of files called so it hangs, while it is told to
  writeFileSync(
    cdo,
    `#!/bin/sh
case "$(/usr/bin/readlink -f input.nc)" in *hang_*) [ -e '${hang}' ] && exec sleep 1000;; esac
exec /usr/bin/cdo "$@"
`,
  );
  chmodSync(cdo, 0o755);
  isimip = await startIsimip({ CDO_BIN: cdo, FILE_SECONDS: "10", LEASE_SECONDS: "2" });
  const from = join(isimip.root, "one/tas_global_daily.nc");
  mkdirSync(join(isimip.root, "many"));
  for (let at = 0; at < 24; at++) copyFileSync(from, join(isimip.root, `many/f${at}_global.nc`));
  copyFileSync(from, join(isimip.root, "one/hang_global.nc"));
});
afterAll(async () => {
  await isimip?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const many = Array.from({ length: 24 }, (_, at) => `many/f${at}_global.nc`);

async function submit(paths: string[], east: number): Promise<Job> {
  const operations = [{ operation: "select_bbox", bbox: [-20, east, -10, 10] }];
  const { body, status, text } = await isimip.post("v2", { paths, operations });
  expect(status, text).toBe(201);
  return body;
}

const atWork = () => extracting(isimip.service.dataDir);

test("a tool that hangs fails its file alone, after its time, and leaves nothing", async () => {
  writeFileSync(hang, "");
  const submitted = await submit(["one/hang_global.nc", ...many.slice(0, 2)], 20);
  const hanging = () => atWork().find(({ pid }) => commandOf(pid)?.startsWith("sleep"));
  const { at } = await until(hanging);
  const job = await isimip.ended(submitted);
  expect(job).toMatchObject({
    status: "finished",
    meta: {
      created_files: 2,
      errors: { "hang_global.nc": ["select_bbox of hang_global.nc took more than 10 seconds."] },
    },
  });
  await until(() => atWork().length === 0 && !existsSync(at));
  rmSync(hang);
});

test("a job that is deleted while a tool works leaves no process, no folder and no job", async () => {
  writeFileSync(hang, "");
  const job = await submit(["one/hang_global.nc"], 30);
  const [working] = await until(() => atWork().length > 0 && atWork());
  expect((await isimip.call("DELETE", job.job_url)).status).toBe(204);
  expect((await isimip.call("GET", job.job_url)).status).toBe(404);
  await until(() => atWork().length === 0 && !existsSync(working?.at ?? ""));
  rmSync(hang);
});

test("a worker that is killed inside cdo costs no file, and each is in the zip once", async () => {
  writeFileSync(hang, "");
  const job = await submit(["one/hang_global.nc", ...many.slice(0, 3)], 40);
  const [working] = await until(() => atWork().length > 0 && atWork());
  const input = readlinkSync(join(working?.at ?? "", "input.nc"));
  rmSync(hang);
  process.kill(Number(/\/proc\/(\d+)\/fd/.exec(input)?.[1]), "SIGKILL");
  const ended = await isimip.ended(job);
  expect(ended).toMatchObject({ status: "finished", meta: { created_files: 4, errors: {} } });
  expect((await isimip.zip(ended)).size).toBe(5);
});

test("a service that is killed between the last file and the zip makes the zip once", async () => {
  const client = new pg.Client({ connectionString: isimip.service.databaseUrl });
  await client.connect();
  try {
    // The zip may be quicker than the kill: then another job is tried
    for (let east = 41; ; east++) {
      const job = await submit(many, east);
      const isWaiting = "SELECT 1 FROM request_finishes WHERE state = 'waiting'";
      const isOver = async () => (await isimip.call("GET", job.job_url)).body.status === "finished";
      const seen = await until(
        async () =>
          (await client.query(isWaiting)).rows.length > 0 ? "open" : (await isOver()) && "over",
        { everyMilliseconds: 1 },
      );
      if (seen === "over") continue;
      await isimip.service.killGroup();
      await isimip.again();
      const ended = await isimip.ended(job);
      expect(ended).toMatchObject({ status: "finished", meta: { created_files: 24 } });
      expect((await isimip.zip(ended)).size).toBe(25);
      const made = await client.query(
        "SELECT count(*)::int AS zips FROM results WHERE file_id IS NULL AND request_id = $1",
        [/output\/([^/]+)/.exec(ended.file_url ?? "")?.[1]],
      );
      expect(made.rows).toEqual([{ zips: 1 }]);
      return;
    }
  } finally {
    await client.end();
  }
});
