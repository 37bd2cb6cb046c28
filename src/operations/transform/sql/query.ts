import { existsSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { diskProblemIn } from "../../../disk-problem.ts";
import { openDuckDb, quoted } from "./duckdb.ts";
import { readFirstRows } from "./first-rows.ts";
import { withHint } from "./hints.ts";
import type { Phase, QueryFailure, QueryReply, QueryRequest } from "./messages.ts";
import { OutputError, outputSelect } from "./output.ts";
import { openInput } from "./reader/index.ts";
import { ReadError } from "./reader/read-error.ts";
import { whyNotOneSelect } from "./validate.ts";

type Step = "input" | "query" | "data";

/**
 * Works on one request with a DuckDB of its own, closed afterwards: nothing that a user's query
 * sets outlives it.
 */
export async function answer(
  request: QueryRequest,
  enter: (phase: Phase) => void,
): Promise<QueryReply> {
  const { input } = request;
  const allowedPaths = [
    input?.path,
    request.kind === "run" ? request.output.path : undefined,
  ].filter((path) => path !== undefined);
  const { connection, close } = await openDuckDb({ ...request, allowedPaths });
  let step: Step = "input";
  try {
    // The types of a Parquet file are in its footer: reading that is planning
    enter(input?.format === "parquet" ? "planning" : "reading");
    const readAs = input && (await openInput(connection, input));
    await connection.run("SET lock_configuration = true");
    enter("planning");
    step = "query";
    const failure = await plan(connection, request);
    if (failure) return { failure };
    if (request.kind === "check") return {};
    if (request.kind === "preview") {
      enter("running");
      step = "data";
      const firstRows = await readFirstRows(connection, request.rows);
      return readAs ? { readAs, firstRows } : {};
    }
    const { output } = request;
    const copy = await connection.prepare(copySql(output.path, output.format));
    enter("running");
    step = "data";
    const rows = Number((await copy.runAndReadAll()).getRows()[0]?.[0]);
    return readAs ? { readAs, rows } : {};
  } catch (error) {
    return { failure: failureOf(error, step, request) };
  } finally {
    close();
  }
}

/**
 * Why the query cannot run, found without reading more of the file than its columns. Leaves the
 * view `written`.
 */
async function plan(
  connection: DuckDBConnection,
  { sql, input, output }: QueryRequest,
): Promise<QueryFailure | undefined> {
  const why = await whyNotOneSelect(connection, sql);
  if (why) return { class: "bad_query", message: why };
  if (!input) return undefined;
  const prepared = await (await connection.extractStatements(sql)).prepare(0);
  if (prepared.parameterCount > 0)
    return {
      class: "bad_query",
      message: "The query has parameters ($1 or ?), and nothing gives them values.",
    };
  if (!output) return undefined;
  // A view takes a trailing semicolon or comment as it is; COPY (…) would not
  await connection.run(`CREATE TEMP VIEW selected AS\n${sql}`);
  await connection.run(`CREATE TEMP VIEW written AS ${await outputSelect(connection, output)}`);
  return undefined;
}

function copySql(path: string, format: string): string {
  const header = format === "csv" ? ", HEADER" : "";
  // Its temporary file would be a path that is not allowed
  return (
    `COPY (FROM temp.written) TO ${quoted(path)} (FORMAT ${format}${header}, USE_TMP_FILE ` +
    "false)"
  );
}

const queryErrors = /^(Parser|Syntax|Binder|Catalog|Permission|Not implemented) Error/i;

/** DuckDB's sentence with a class, which depends on what was being done. */
function failureOf(error: unknown, step: Step, { sql, input }: QueryRequest): QueryFailure {
  if (error instanceof ReadError)
    return { class: "bad_input", message: `${input?.name}: ${error.message}` };
  if (error instanceof OutputError) return { class: "bad_query", message: error.message };
  const text = (error instanceof Error ? error.message : String(error)).replace(
    /^Failed to extract statements: /,
    "",
  );
  const message = input ? text.replaceAll(input.path, input.name) : text;
  const firstPart = message.split("\n\n")[0] ?? message;
  if (/^Out of Memory Error/i.test(text))
    return { class: "memory", message: message.split("\n")[0] ?? message };
  if (step === "input") {
    return input !== undefined && !existsSync(input.path)
      ? { class: "unavailable", message: `${input.name} no longer exists.` }
      : { class: "bad_input", message: `${input?.name}: ${firstPart}` };
  }
  if (step === "query" || queryErrors.test(text))
    return { class: "bad_query", message: withHint(sql, message) };
  // The kernel's limit, where the file grew faster than it was watched
  if (/File too large/i.test(text))
    return { class: "too_large", message: "The result is larger than a result may be." };
  const unwritable = whyUnwritable(text);
  if (unwritable) return unwritable;
  // What `error()` says is a sentence of ours
  const sentence = firstPart.replace(/^Invalid Input Error: (?=The column ")/, "");
  return { class: "bad_input", message: `${input?.name}: ${sentence}` };
}

/**
 * Nothing can be written there, whatever the file. An error of a device may be the input's. Texts
 * in quotes are names and values of the user's.
 */
function whyUnwritable(text: string): QueryFailure | undefined {
  if (!/^IO Error: /i.test(text)) return undefined;
  const words = text.replace(/"[^"]*"|'[^']*'/g, "");
  const disk = diskProblemIn(words);
  if (!disk || (disk.code === "EIO" && !/could not write/i.test(words))) return undefined;
  return { class: "disk", message: `The result could not be written: ${disk.words}.` };
}
