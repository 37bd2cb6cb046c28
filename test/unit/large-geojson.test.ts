import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openShape } from "../../src/operations/extract/shape.ts";
import { temporaryFolder } from "../support/folder.ts";

/** More than 64 MB. */
const padding = "x".repeat(65 * 1024 * 1024);
const crs = `"crs": {"type": "name", "properties": {"name": "EPSG:4326"}},`;

function written(members: string): { path: string; folder: string } {
  const folder = temporaryFolder("large-geojson");
  const path = join(folder, "sent");
  writeFileSync(path, `{"type": "FeatureCollection", ${members} "name": "${padding}"}`);
  return { path, folder };
}

test("a large GeoJSON file is not parsed here: one that names a projection is refused", async () => {
  const named = written(crs);
  await expect(openShape(named.path, "regions.json", named.folder)).rejects.toThrow(
    'regions.json cannot be read as a shape. It names a projection ("crs"), which is checked in',
  );
  const plain = written("");
  expect(await openShape(plain.path, "regions.json", plain.folder)).toBe("shape.geojson");
});
