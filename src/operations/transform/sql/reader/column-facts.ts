import type { DuckDBConnection } from "@duckdb/node-api";
import type { ColumnFacts } from "./column-type.ts";
import { inexactSql } from "./text-cast.ts";
import { kindSql, kinds } from "./value-kinds.ts";

/**
 * What every column of a source of text holds, by name. One pass; what it keeps in memory does not
 * grow with the rows.
 */
export async function factsByColumn(
  connection: DuckDBConnection,
  source: string,
): Promise<Map<string, ColumnFacts>> {
  // Turned into rows, each expression is compiled once: a thousand columns took a minute otherwise
  const values = `(UNPIVOT ${source} ON COLUMNS(*) INTO NAME name VALUE value)`;
  const result = await connection.runAndReadAll(
    `SELECT name, ${aggregates} FROM (SELECT name, value, ${kindSql("value")} AS kind FROM ${values})
     GROUP BY name`,
  );
  return new Map(result.getRows().map(([name, ...facts]) => [String(name), factsOf(facts)]));
}

/** The same for a source of rows with one column, `value`. */
export async function factsOfValues(
  connection: DuckDBConnection,
  source: string,
): Promise<ColumnFacts> {
  const result = await connection.runAndReadAll(
    `SELECT ${aggregates} FROM (SELECT value, ${kindSql("value")} AS kind FROM ${source})`,
  );
  return factsOf(result.getRows()[0] ?? []);
}

/** Only long ones can be beyond 64 bits, or more than DOUBLE holds. */
const whole = `CASE WHEN kind = ${kinds.integer} AND length(value) > 17
  THEN TRY_CAST(trim(value) AS HUGEINT) END`;
const aggregates = `bit_or(kind)::INTEGER, min(${whole})::VARCHAR, max(${whole})::VARCHAR,
  bool_or(kind IN (${kinds.integer}, ${kinds.code}, ${kinds.decimal}) AND length(value) > 15 AND ${inexactSql("value")})`;

function factsOf([found, lowest, highest, inexact]: unknown[]): ColumnFacts {
  return {
    kinds: Number(found ?? 0),
    lowest: bigintOf(lowest),
    highest: bigintOf(highest),
    inexact: inexact === true,
  };
}

function bigintOf(value: unknown): bigint | null {
  return typeof value === "string" ? BigInt(value) : null;
}
