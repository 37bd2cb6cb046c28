import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileKindOf } from "./file-kind.ts";
import { hiveColumnsOf } from "./hive-columns.ts";
import type { LocalInput } from "./job.ts";
import type { ReadSettings } from "./read-settings.ts";
import { writeAsUtf8 } from "./write-as-utf8.ts";

export interface InputFile {
  /** as its user named it */
  name: string;
  /** the path that the user named, whose folders may be columns; default: `name` */
  namedPath?: string;
  path: string;
  read: ReadSettings;
  scratch: string;
  /** text in other encodings is copied as UTF-8; the copy may be at most so large */
  largestText: number;
}

/**
 * The file as a generator reads it, or why it cannot be read. The same for the check and for the
 * worker.
 */
export async function prepareInput({
  name,
  namedPath = name,
  path,
  read,
  scratch,
  largestText,
}: InputFile): Promise<LocalInput | string> {
  const kind = await fileKindOf(name, path, read);
  if (typeof kind === "string") return kind;
  await mkdir(scratch, { recursive: true });
  // DuckDB takes *, ? and [ in a name for a pattern, so the file is read under a plain one
  const plain = join(scratch, "input");
  await rm(plain, { force: true });
  const hiveColumns = read.hive_columns ? hiveColumnsOf(namedPath) : undefined;
  const input = { ...kind, path: plain, name, read, hiveColumns };
  if (kind.format === "parquet" || kind.encoding === "utf-8") {
    await symlink(path, plain);
    return input;
  }
  const problem = await writeAsUtf8(path, plain, kind, largestText);
  return problem ? `${name} ${problem}` : { ...input, gzip: false };
}
