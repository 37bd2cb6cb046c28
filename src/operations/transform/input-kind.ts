import { open } from "node:fs/promises";

/** The ending of the name under which a file of this kind is read: DuckDB takes the compression from it. */
export const inputKinds = {
  ".parquet": "parquet",
  ".csv": "csv",
  ".csv.gz": "csv",
  ".json": "json",
  ".json.gz": "json",
} as const;
export type InputKind = keyof typeof inputKinds;

const extensions: [RegExp, InputKind][] = [
  [/\.(parquet|pq)$/i, ".parquet"],
  [/\.(csv|tsv|txt)$/i, ".csv"],
  [/\.(csv|tsv|txt)\.gz$/i, ".csv.gz"],
  [/\.(json|jsonl|ndjson)$/i, ".json"],
  [/\.(json|jsonl|ndjson)\.gz$/i, ".json.gz"],
];

/** By the ending of its name, else by its first bytes; undefined when it is none that can be read. */
export async function inputKindOf(name: string, path: string): Promise<InputKind | undefined> {
  return (
    extensions.find(([ending]) => ending.test(name))?.[1] ?? kindOfBytes(await firstBytes(path))
  );
}

function kindOfBytes(bytes: Buffer): InputKind | undefined {
  if (bytes.subarray(0, 4).toString("latin1") === "PAR1") return ".parquet";
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return ".csv.gz";
  if (bytes.includes(0)) return undefined;
  return /^\s*[[{]/.test(bytes.toString("utf8")) ? ".json" : ".csv";
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
