import { existsSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { inputKinds } from "../input-kind.ts";
import { openDuckDb, quoted } from "./duckdb.ts";
import type { QueryInput, QueryReply, QueryRequest } from "./messages.ts";
import { whyNotOneSelect } from "./validate.ts";

/** Answers one question with a DuckDB of its own, closed afterwards: nothing a stranger's query sets outlives it. */
export async function answer(question: QueryRequest): Promise<QueryReply> {
  const { input } = question;
  const allowedPaths = [
    input?.path,
    question.kind === "run" ? question.output.path : undefined,
  ].filter((path) => path !== undefined);
  const { connection, close } = await openDuckDb({ ...question, allowedPaths });
  try {
    if (input) await connection.run(`CREATE VIEW input AS SELECT * FROM ${reader(input)}`);
    await connection.run("SET lock_configuration = true");
    return await ask(connection, question);
  } catch (error) {
    return fault(error, "input", input);
  } finally {
    close();
  }
}

async function ask(connection: DuckDBConnection, question: QueryRequest): Promise<QueryReply> {
  const { input, sql } = question;
  try {
    const why = await whyNotOneSelect(connection, sql);
    if (why) return { fault: { class: "bad_query", message: why } };
    if (input) await bind(connection, sql);
  } catch (error) {
    return fault(error, "query", input);
  }
  return question.kind === "run" ? write(connection, question) : {};
}

const readers = { parquet: "read_parquet", csv: "read_csv_auto", json: "read_json_auto" };

function reader(input: QueryInput): string {
  return `${readers[inputKinds[input.kind]]}(${quoted(input.path)})`;
}

/** Preparing binds names and types and reads no more than the file's schema. */
async function bind(connection: DuckDBConnection, sql: string): Promise<void> {
  const prepared = await (await connection.extractStatements(sql)).prepare(0);
  if (prepared.parameterCount > 0)
    throw new Error(
      "Binder Error: The query has parameters ($1 or ?), and nothing gives them values.",
    );
}

async function write(
  connection: DuckDBConnection,
  { sql, input, output }: Extract<QueryRequest, { kind: "run" }>,
): Promise<QueryReply> {
  try {
    // A view takes a trailing semicolon or comment as it is; COPY (…) would not.
    await connection.run(`CREATE TEMP VIEW selected AS\n${sql}`);
    const header = output.format === "csv" ? ", HEADER" : "";
    // Its temporary file would be a path that is not allowed
    await connection.run(
      `COPY (FROM temp.selected) TO ${quoted(output.path)} (FORMAT ${output.format}${header}, USE_TMP_FILE false)`,
    );
    return {};
  } catch (error) {
    return fault(error, "data", input);
  }
}

const queryErrors = /^(Parser|Syntax|Binder|Catalog|Permission|Not implemented) Error/i;

/** DuckDB's sentence with the class of its fault, which depends on what was being done. */
function fault(
  error: unknown,
  doing: "input" | "query" | "data",
  input: QueryInput | undefined,
): QueryReply {
  const text = (error instanceof Error ? error.message : String(error)).replace(
    /^Failed to extract statements: /,
    "",
  );
  const message = input ? text.replaceAll(input.path, input.name) : text;
  const firstPart = message.split("\n\n")[0] ?? message;
  if (/^Out of Memory Error/i.test(text))
    return { fault: { class: "memory", message: message.split("\n")[0] ?? message } };
  if (doing === "input") {
    const gone = input !== undefined && !existsSync(input.path);
    return {
      fault: gone
        ? { class: "unavailable", message: `${input.name} is gone.` }
        : { class: "bad_input", message: `${input?.name}: ${firstPart}` },
    };
  }
  if (doing === "query" || queryErrors.test(text))
    return { fault: { class: "bad_query", message } };
  if (/No space left/i.test(text)) return { fault: { class: "unavailable", message: firstPart } };
  return { fault: { class: "bad_input", message: `${input?.name}: ${firstPart}` } };
}
