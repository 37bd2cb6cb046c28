import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { createGunzip } from "node:zlib";
import type { ReadSettings } from "./read-settings.ts";

export interface FileKind {
  format: "parquet" | "csv" | "json";
  gzip: boolean;
  encoding: "utf-8" | "latin-1" | "utf-16";
}

const sampleBytes = 4096;

/**
 * What the file is, or a sentence why it cannot be read. Content decides; a name or the step
 * decides only that text is CSV.
 */
export async function fileKindOf(
  name: string,
  path: string,
  settings: ReadSettings,
): Promise<FileKind | string> {
  const raw = await firstBytes(path);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const bytes = gzip ? await firstUnzipped(path) : raw;
  if (typeof bytes === "string") return `${name} ${bytes}`;
  const found = formatOf(name, bytes, settings, gzip);
  if ("problem" in found) return `${name} ${found.problem}`;
  return { format: found.format, gzip, encoding: encodingOf(bytes, settings) };
}

type Found = { format: FileKind["format"] } | { problem: string };

function formatOf(name: string, bytes: Buffer, settings: ReadSettings, gzip: boolean): Found {
  const wanted = settings.format;
  if (startsWith(bytes, "PAR1")) return parquetFormat(settings, gzip);
  const other = otherFormatOf(bytes);
  if (other) return { problem: `is ${other}, neither Parquet nor CSV nor JSON.` };
  if (wanted === "parquet" || (!wanted && parquetEndings.includes(endingOf(name))))
    return { problem: `is not a Parquet file: it does not begin with PAR1${emptyHint(bytes)}.` };
  if (!isUtf16(bytes, settings) && bytes.includes(0))
    return { problem: "holds binary data, neither Parquet nor CSV nor JSON." };
  return wanted ? { format: wanted } : textFormat(name, bytes);
}

function parquetFormat({ format }: ReadSettings, gzip: boolean): Found {
  if (gzip) return { problem: "is a gzipped Parquet file; unpack it first." };
  if (format && format !== "parquet")
    return { problem: `is a Parquet file, and read.format says ${format}.` };
  return { format: "parquet" };
}

function textFormat(name: string, bytes: Buffer): Found {
  const ending = endingOf(name);
  if (jsonEndings.includes(ending)) return { format: "json" };
  if (csvEndings.includes(ending)) return { format: "csv" };
  if (/^\s*[[{]/.test(textOf(bytes))) return { format: "json" };
  return {
    problem:
      `is text, but nothing says that it is a table${emptyHint(bytes)}: name it .csv, .tsv or ` +
      ".txt, or set read.format to csv or json.",
  };
}

const parquetEndings = [".parquet", ".pq"];
const csvEndings = [".csv", ".tsv", ".txt", ".tab"];
const jsonEndings = [".json", ".jsonl", ".ndjson"];

function endingOf(name: string): string {
  return extname(name.replace(/\.gz$/i, "")).toLowerCase();
}

function emptyHint(bytes: Buffer): string {
  return bytes.length === 0 ? " (it is empty)" : "";
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.subarray(0, text.length).toString("latin1") === text;
}

const signatures: [string, string][] = [
  ["\x89HDF\r\n\x1a\n", "an HDF5 or NetCDF-4 file"],
  ["CDF\x01", "a NetCDF file"],
  ["CDF\x02", "a NetCDF file"],
  ["CDF\x05", "a NetCDF file"],
  ["PARE", "an encrypted Parquet file"],
  ["root", "a ROOT file"],
  ["ORC", "an ORC file"],
  ["Obj\x01", "an Avro file"],
  ["ARROW1", "an Arrow file"],
  ["PK\x03\x04", "a ZIP archive or an Office file"],
  ["\x28\xb5\x2f\xfd", "compressed with zstd, which is not read"],
  ["BZh", "compressed with bzip2, which is not read"],
  ["\xfd7zXZ", "compressed with xz, which is not read"],
  ["%PDF-", "a PDF document"],
  ["SQLite format 3\0", "an SQLite database"],
  ["\x89PNG", "an image"],
  ["GRIB", "a GRIB file"],
  ["SIMPLE  =", "a FITS file"],
  ["\x93NUMPY", "a NumPy array"],
  ["\x7fELF", "a program"],
];

function otherFormatOf(bytes: Buffer): string | undefined {
  const binary = bytes.includes(0);
  if (binary && bytes.subarray(257, 262).toString("latin1") === "ustar") return "a TAR archive";
  const found = signatures.find(([signature]) => startsWith(bytes, signature));
  // Words that a text could begin with count only in binary data
  if (found && (binary || !/^[A-Za-z]+$/.test(found[0]))) return found[1];
  if (/^\s*<(!doctype html|html|\?xml)/i.test(bytes.toString("latin1")))
    return "an HTML or XML document";
  return undefined;
}

function isUtf16(bytes: Buffer, settings: ReadSettings): boolean {
  return settings.encoding === "utf-16" || hasUtf16Mark(bytes);
}

function hasUtf16Mark(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function encodingOf(bytes: Buffer, settings: ReadSettings): FileKind["encoding"] {
  if (settings.encoding) return settings.encoding;
  return hasUtf16Mark(bytes) ? "utf-16" : "utf-8";
}

function textOf(bytes: Buffer): string {
  const text = hasUtf16Mark(bytes) ? bytes.toString("utf16le") : bytes.toString("utf8");
  return text.replace(/^\ufeff/, "");
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function firstUnzipped(path: string): Promise<Buffer | string> {
  const file = createReadStream(path);
  const gunzip = file.pipe(createGunzip());
  file.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const part of gunzip) return part as Buffer;
    return Buffer.alloc(0);
  } catch (error) {
    return `begins like a gzip file and cannot be unpacked: ${(error as Error).message}.`;
  } finally {
    file.destroy();
  }
}
