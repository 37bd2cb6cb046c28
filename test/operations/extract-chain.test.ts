// extract as one step of a request: after stage, of files that a finder names, its results one zip.
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { temporaryFolder } from "../support/folder.ts";
import { needNetcdfTools, steps, valuesOf, writeNetcdf } from "../support/netcdf.ts";
import { type Service, startService } from "../support/service.ts";
import { makeTape, type Tape } from "./stage/tape.ts";

const folder = temporaryFolder("extract-chain");
let tape: Tape;
let service: Service;
beforeAll(async () => {
  needNetcdfTools();
  tape = makeTape();
  service = await startService({ ...tape.env, INPUT_ROOTS: tape.root });
});
afterAll(async () => {
  await service?.remove();
  tape?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("files come from tape by a finder's name, are cut, and are one zip", async () => {
  const tas = (_: number, row: number, column: number) => row * 100 + column;
  const grid = { lon: steps(-175, 10, 36), lat: steps(-85, 10, 18) };
  const made = writeNetcdf(join(folder, "tas.nc"), { ...grid, variables: { tas } });
  const paths = tape.put(["run/a_global.nc", "run/b_global.nc"]);
  for (const path of paths) copyFileSync(made, path);
  const client = new Longshore({ url: service.url });
  const bbox = { west: 0, east: 20, south: 0, north: 10 };
  const operations = [{ operation: "select_bbox" as const, bbox }];
  const { id } = await client.submit({
    dataset: { did: `dir://${tape.root}/run/*.nc` },
    steps: [{ operation: "stage" }, { operation: "extract", operations, zip: "v2" }],
  });
  await client.wait(id);
  expect(tape.timesRecalled()).toEqual(new Map(paths.map((path) => [path, 1])));
  const listed = await fetch(`${service.url}/v1/requests/${id}/results`);
  const { items } = (await listed.json()) as { items: { file: number | null; url: string }[] };
  const zip = items.find(({ file }) => file === null);
  const answer = await fetch(new URL(zip?.url ?? "", service.url));
  const entries = unzipSync(new Uint8Array(await answer.arrayBuffer()));
  expect(Object.keys(entries)).toEqual([
    ...["a_lon0.0to20.0lat0.0to10.0.nc", "b_lon0.0to20.0lat0.0to10.0.nc", "README.txt"],
  ]);
  const path = join(folder, "cut.nc");
  writeFileSync(path, entries["b_lon0.0to20.0lat0.0to10.0.nc"] ?? "");
  expect(valuesOf(path, "tas")).toEqual([918, 919]);
});
