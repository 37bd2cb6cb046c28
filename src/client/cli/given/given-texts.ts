import { usedWrongly } from "../exits.ts";
import { textFrom } from "./text-source.ts";

interface TextOptions {
  sql?: string;
  sqlFile?: string;
  files?: string[];
  filesFrom?: string;
}

const megabyte = 1024 * 1024;
const mostOfSql = megabyte;
/** A million paths of 200 bytes. */
const mostOfFiles = 200 * megabyte;

/** `--sql-file` as `--sql`, `--files-from` among `--files`; `-`, for one, is standard input. */
export async function withTexts<Options extends TextOptions>(options: Options): Promise<Options> {
  const { sql, sqlFile, files, filesFrom } = options;
  if (sql !== undefined && sqlFile !== undefined)
    throw usedWrongly("Give either --sql or --sql-file: a request has one query.");
  const sqlSource = sqlFile ?? (sql === "-" ? "-" : undefined);
  if (sqlSource === "-" && filesFrom === "-")
    throw usedWrongly("Standard input is either the query or the list of files, not both.");
  const sqlOption = sqlFile === undefined ? "--sql" : "--sql-file";
  const query = sqlSource === undefined ? sql : await textFrom(sqlOption, sqlSource, mostOfSql);
  const listed = filesFrom === undefined ? [] : await listFrom(filesFrom);
  const all =
    files === undefined && filesFrom === undefined ? undefined : [...(files ?? []), ...listed];
  return {
    ...options,
    ...(query !== undefined && { sql: query }),
    ...(all !== undefined && { files: all }),
  };
}

/** One a line, as `find` and `ls` print them; empty lines are skipped. */
async function listFrom(source: string): Promise<string[]> {
  const text = await textFrom("--files-from", source, mostOfFiles);
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}
