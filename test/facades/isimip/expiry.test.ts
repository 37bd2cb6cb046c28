// Jobs whose results have expired; the worker is played by the test.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeExpired } from "../../../src/requests/scheduler/expire-results.ts";
import { type Api, openApi } from "../../support/api.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { until } from "../../support/wait.ts";

const folder = temporaryFolder("isimip-expiry");
const seconds = 3;
let api: Api;

beforeAll(async () => {
  writeFileSync(join(folder, "tas_global.nc"), "NetCDF");
  api = await openApi({
    env: {
      ...{ OPERATIONS: "extract", INPUT_ROOTS: folder, ISIMIP_INPUT_PATH: folder },
      RESULT_TTL_DAYS: String(seconds / 86_400),
    },
  });
});
afterAll(async () => {
  expect(await api.ledger.violations()).toEqual([]);
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const root = "/isimip/api/v2";
const job = {
  paths: ["tas_global.nc"],
  operations: [{ operation: "cutout_bbox", bbox: [0, 10, 0, 10] }],
};

async function finished(id: unknown): Promise<Record<string, unknown>> {
  const { ledger } = api;
  const [task] = await ledger.claim(1);
  const name = task?.upload?.name ?? "";
  const { size } = await ledger.ctx.store.put(task?.request ?? "", name, Buffer.from("part"));
  if (task) await ledger.report(task, "success", { results: [{ name, size }] });
  return until(async () => {
    const answer = (await api.get(`${root}/${id}`)).json();
    return answer.status === "finished" && answer;
  });
}

test("its time is counted down; then job and zip are gone together, and posting makes a new job", async () => {
  const posted = await api.post(root, job);
  expect([posted.status, posted.json()]).toMatchObject([201, { ttl: seconds }]);
  const { id } = posted.json();
  const ended = await finished(id);
  expect(ended.ttl).toBeGreaterThan(0);
  const file = new URL(String(ended.file_url)).pathname;
  expect((await api.get(file)).status).toBe(200);
  await until(async () => {
    const now = await api.get(`${root}/${id}`);
    return now.status === 200 && now.json().ttl === 0;
  });
  await until(async () => (await removeExpired(api.ledger.ctx)) === 1);
  for (const path of [`${root}/${id}`, file])
    expect((await api.get(path)).json()).toEqual({ status: "not found" });
  const again = await api.post(root, job);
  expect([again.status, again.json().id]).toEqual([201, id]);
  expect(await finished(id)).toMatchObject({ id, status: "finished" });
});
