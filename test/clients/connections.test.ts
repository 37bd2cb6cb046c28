// Sidecars open a connection for each report. Ten thousand of them, every fifth report said twice,
// in no order.
import { afterAll, beforeAll, expect, test } from "vitest";
import { onNewConnections } from "../facades/servicex/connections.ts";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";

const count = 10_000;
let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX();
});
afterAll(() => servicex.remove());

test("ten thousand reports by as many new connections are counted once each, and the audit is clean", async () => {
  const id = await servicex.submit({
    codegen: "noop",
    "file-list": Array.from({ length: count }, (_, index) => `root://host//${index}`),
  });
  await servicex.reached(id, "Running", count);
  const files = await servicex.files(id);
  const twice = files.filter((_, index) => index % 5 === 0);
  const said = [...files, ...twice].sort((a, b) => ((a * 7_919) % 10_007) - ((b * 7_919) % 10_007));
  const statuses = await onNewConnections(
    servicex.service.url,
    `/servicex/internal/transformation/${id}/file-complete`,
    said,
    200,
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await servicex.reached(id, "Complete")).toMatchObject({
    files: count,
    "files-completed": count,
    "files-failed": 0,
    "files-remaining": 0,
  });
  expect(await servicex.violations()).toEqual([]);
});
