import type { DuckDBConnection } from "@duckdb/node-api";

/**
 * These make rows of their arguments; every other table function reads files, settings or memory.
 */
const tableFunctions = [
  "generate_series",
  "histogram",
  "histogram_values",
  "json_each",
  "json_tree",
  "range",
  "repeat",
  "repeat_row",
  "unnest",
];

/**
 * Why this text is not one plain SELECT as DuckDB's own parser sees it, or undefined. Knows no
 * columns.
 */
export async function whyNotOneSelect(
  connection: DuckDBConnection,
  sql: string,
): Promise<string | undefined> {
  if (sql.includes("\0")) return "The query holds a NUL character.";
  const tree = await serialized(connection, sql);
  // An empty text has no statements, and extracting none is an error without words
  if (!tree.error && tree.statements.length === 0)
    return "The query is empty; it must be one SELECT statement over the table input.";
  const { count } = await connection.extractStatements(sql);
  if (tree.unchecked)
    return (
      `The query cannot be checked (${tree.unchecked}): cast each value instead of a whole list, ` +
      "as in ['a'::ENUM('a', 'b')], or write it in another way."
    );
  if (tree.error)
    return (
      "The query must be one SELECT statement over the table input; PIVOT, EXPLAIN and " +
      "statements that change something are not taken."
    );
  if (count !== 1) return `The query must be one SELECT statement, and this is ${count}.`;
  const { describes, functions } = walk(tree.statements);
  if (describes)
    return "The query must be one SELECT statement; DESCRIBE, SHOW and SUMMARIZE are not taken.";
  const foreign = functions.find((name) => !tableFunctions.includes(name));
  if (foreign)
    return (
      `The table function ${foreign} is not taken: a query reads the table input alone (taken ` +
      `are ${tableFunctions.join(", ")}).`
    );
  return undefined;
}

interface Tree {
  error: boolean;
  /** why a valid SELECT cannot be taken apart */
  unchecked?: string | undefined;
  statements: unknown[];
}

async function serialized(connection: DuckDBConnection, sql: string): Promise<Tree> {
  const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
  const tree: Partial<Tree> & { error_type?: string; error_message?: string } = JSON.parse(
    String(reader.getRows()[0]?.[0]),
  );
  return {
    error: tree.error !== false,
    unchecked: tree.error_type === "serialization" ? tree.error_message : undefined,
    statements: tree.statements ?? [],
  };
}

/**
 * Walks the whole statement with a list instead of recursion: a deeply nested query must not
 * exhaust the stack.
 */
function walk(statements: unknown[]): { describes: boolean; functions: string[] } {
  const seen = { describes: false, functions: [] as string[] };
  const open: unknown[] = [...statements];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== "object" || node === null) continue;
    if ("type" in node && node.type === "SHOW_REF") seen.describes = true;
    if ("type" in node && node.type === "TABLE_FUNCTION" && "function" in node)
      seen.functions.push(functionName(node.function));
    for (const child of Object.values(node)) open.push(child);
  }
  return seen;
}

function functionName(call: unknown): string {
  const named =
    typeof call === "object" && call !== null && "function_name" in call
      ? call.function_name
      : undefined;
  return typeof named === "string" ? named.toLowerCase() : "of an unknown kind";
}
