// Shapes that come with a request: what they are, by their content alone, as files of the task's
// folder that ogr2ogr reads. By a name or content of others' choice it would open formats that name
// further files.
import { constants, copyFile, open, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { z } from "zod";
import { ExtractError } from "./extract-error.ts";
import { json } from "./grid.ts";

const mostEntries = 100;
const mostBytes = 256 * 1024 * 1024;
/** Of a GeoJSON file that is parsed here, which takes some 15 bytes of memory for each. */
const mostCrsBytes = 64 * 1024 * 1024;
const mostRatio = 200;
/** Of a shapefile: the shapes, where they are, their attributes, their projection. */
const parts = ["shp", "shx", "dbf", "prj", "cpg"];

/** Returns a plain name in the folder. `name`: the shape's own, for sentences. */
export async function openShape(path: string, name: string, folder: string): Promise<string> {
  const head = await headOf(path);
  if (head.toString("latin1").startsWith("PK")) return unpack(path, name, folder);
  const kind = kindOf(head);
  if (kind === undefined)
    throw new ExtractError(
      "bad_input",
      `${name} is no zipped shapefile, no GeoJSON and no GeoPackage.`,
    );
  const file = `shape.${kind}`;
  if (kind === "geojson") await refuseUnknownCrs(path, name);
  await copyFile(path, join(folder, file), constants.COPYFILE_EXCL);
  return file;
}

/** ogr2ogr takes coordinates for degrees where it does not understand what they are. */
async function refuseUnknownCrs(path: string, name: string): Promise<void> {
  const { size } = await stat(path);
  if (size > mostBytes) throw tooLarge(name, `more than ${mostBytes / 2 ** 20} MB`);
  const text = (await readFile(path, "utf8")).replace(/^\ufeff/, "");
  // In whatever case
  if (!/"crs"\s*:/i.test(text)) return;
  if (size > mostCrsBytes)
    throw unreadable(
      name,
      `It names a projection ("crs"), which is checked in at most ${mostCrsBytes / 2 ** 20} MB: ` +
        "send longitudes and latitudes without it, or a GeoPackage.",
    );
  if (!crs.safeParse(json(text)).success)
    throw unreadable(name, 'Its "crs" does not name a projection.');
}

function unreadable(name: string, why: string): ExtractError {
  return new ExtractError("bad_input", `${name} cannot be read as a shape. ${why}`);
}

const crsName = z.object({
  type: z.string().regex(/^name$/i),
  properties: z.object({ name: z.string().min(1) }),
});
const crs = z
  .record(z.string(), z.unknown())
  .refine((whole) =>
    Object.entries(whole).every(
      ([key, value]) =>
        key.toLowerCase() !== "crs" || value === null || crsName.safeParse(value).success,
    ),
  );

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function kindOf(head: Buffer): "geojson" | "gpkg" | undefined {
  if (head.toString("latin1").startsWith("SQLite format 3\0")) return "gpkg";
  return /^(?:\ufeff)?\s*\{/.test(head.toString("utf8")) ? "geojson" : undefined;
}

async function unpack(path: string, name: string, folder: string): Promise<string> {
  const zip = await readFile(path);
  const files = filesOf(zip, name);
  const shapes = Object.keys(files).filter((entry) => extensionOf(entry) === "shp");
  const [shape, ...others] = shapes;
  if (shape === undefined || others.length > 0)
    throw new ExtractError("bad_input", `${name} has ${shapes.length} shapefiles, not one.`);
  // The number that such a file begins with
  if (
    Buffer.from(files[shape] ?? [])
      .subarray(0, 4)
      .toString("hex") !== "0000270a"
  )
    throw new ExtractError("bad_input", `${shape} in ${name} is no shapefile.`);
  const stem = shape.slice(0, -4);
  for (const [entry, bytes] of Object.entries(files))
    if (entry.slice(0, -4) === stem)
      await writeFile(join(folder, `shape.${extensionOf(entry)}`), bytes, { flag: "wx" });
  return "shape.shp";
}

/** What of the archive is read; nothing else is unpacked. */
function filesOf(zip: Buffer, name: string): Record<string, Uint8Array> {
  let entries = 0;
  let bytes = 0;
  try {
    return unzipSync(zip, {
      filter({ name: entry, size, originalSize }) {
        entries += 1;
        if (entries > mostEntries) throw tooLarge(name, `more than ${mostEntries} entries`);
        if (!parts.includes(extensionOf(entry)) || /(^|\/)__MACOSX\//.test(entry)) return false;
        bytes += originalSize;
        if (bytes > mostBytes) throw tooLarge(name, `more than ${mostBytes / 2 ** 20} MB`);
        if (originalSize > 2 ** 20 && originalSize > size * mostRatio)
          throw tooLarge(name, `an entry that is packed to less than 1 in ${mostRatio}`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof ExtractError) throw error;
    throw new ExtractError("bad_input", `${name} cannot be unpacked.`);
  }
}

function tooLarge(name: string, what: string): ExtractError {
  return new ExtractError("too_large", `${name} has ${what}.`);
}

function extensionOf(entry: string): string {
  return entry.slice(entry.lastIndexOf(".") + 1).toLowerCase();
}
