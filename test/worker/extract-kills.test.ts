// cdo in the hands of a real service: whoever dies or is canceled, no process of it is left.
import { chmodSync, existsSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { temporaryFolder } from "../support/folder.ts";
import { needNetcdfTools, steps, writeNetcdf } from "../support/netcdf.ts";
import { extracting } from "../support/processes.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("extract-kills");
const hang = join(folder, "hang");
const file = join(folder, "tas_global.nc");
let service: Service;
let client: Longshore;

beforeAll(async () => {
  needNetcdfTools();
  const variables = { tas: (_: number, row: number, column: number) => row * 100 + column };
  writeNetcdf(file, { lon: steps(-175, 10, 36), lat: steps(-85, 10, 18), variables });
  const cdo = join(folder, "slow-cdo");
  writeFileSync(cdo, `#!/bin/sh\n[ -e '${hang}' ] && exec sleep 1000\nexec /usr/bin/cdo "$@"\n`);
  chmodSync(cdo, 0o755);
  service = await startService({ INPUT_ROOTS: folder, CDO_BIN: cdo, SWEEP_SECONDS: "0.2" });
  client = new Longshore({ url: service.url });
});
afterAll(async () => {
  await service?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const atWork = () => extracting(service.dataDir);

async function submitHanging(): Promise<{ id: string; at: string }> {
  writeFileSync(hang, "");
  const bbox = { west: -40, east: 40, south: -40, north: 40 };
  const { id } = await client.submit({
    dataset: { files: [file] },
    steps: [{ operation: "extract", operations: [{ operation: "select_bbox", bbox }] }],
  });
  const [found] = await until(() => atWork().length > 0 && atWork());
  return { id, at: found?.at ?? "" };
}

test("a request that is canceled stops its cdo, and its folder goes", async () => {
  const { id, at } = await submitHanging();
  await client.cancel(id);
  await until(() => atWork().length === 0);
  await until(() => !existsSync(at));
});

test("a worker killed inside cdo leaves no process, and the file is done again", async () => {
  const { id, at } = await submitHanging();
  const worker = Number(/\/proc\/(\d+)\/fd/.exec(readlinkSync(join(at, "input.nc")))?.[1]);
  process.kill(worker, "SIGKILL");
  await until(() => atWork().every((one) => one.at !== at));
  rmSync(hang);
  for (const { pid } of atWork()) process.kill(pid, "SIGKILL");
  await until(async () => (await client.get(id)).state !== "running" && !existsSync(at));
  expect(await client.get(id)).toMatchObject({ state: "complete", counters: { done: 1 } });
});
