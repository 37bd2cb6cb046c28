import type { DuckDBConnection } from "@duckdb/node-api";
import { quoted } from "../duckdb.ts";
import type { QueryInput } from "../messages.ts";
import { factsOfValues } from "./column-facts.ts";
import { typeOfColumn } from "./column-type.ts";
import { type Leaf, leavesOf, type Structure } from "./json-structure.ts";
import { lineOfRecord } from "./lines.ts";
import { ReadError, shownValue } from "./read-error.ts";
import { kinds } from "./value-kinds.ts";

export interface Source {
  connection: DuckDBConnection;
  input: QueryInput;
  /** a record a line */
  lines: boolean;
  /** the table function that gives each record as the column `json` */
  records: string;
}

const plainTypes: Record<string, string> = {
  NULL: "VARCHAR",
  VARCHAR: "VARCHAR",
  BOOLEAN: "BOOLEAN",
  BIGINT: "BIGINT",
  UBIGINT: "BIGINT",
  DOUBLE: "DOUBLE",
};

/**
 * The type of each scalar. Long numbers are looked at one by one, since DOUBLE would change some; a
 * mix of kinds is refused.
 */
export async function numberTypes(
  source: Source,
  structure: Structure,
  longNumbers: boolean,
): Promise<(path: string, structure: string) => string> {
  const found = new Map<string, string>();
  for (const leaf of leavesOf(structure)) {
    if (leaf.structure === "JSON") found.set(leaf.path, await typeOfMix(source, leaf));
    else if (leaf.structure === "HUGEINT" || (longNumbers && isNumber(leaf.structure)))
      found.set(leaf.path, await typeOfNumbers(source, leaf));
  }
  return (path, plain) => found.get(path) ?? plainTypes[plain] ?? "VARCHAR";
}

function isNumber(structure: string): boolean {
  return ["BIGINT", "UBIGINT", "DOUBLE"].includes(structure);
}

/** The values at a path, a row each: a path through lists leads to many. */
function valuesSql({ records }: Source, { path }: Leaf, as: "text" | "json"): string {
  const extract = `${as === "text" ? "json_extract_string" : "json_extract"}(json, ${quoted(path)})`;
  return `(SELECT row, unnest(${path.includes("[*]") ? extract : `[${extract}]`}) AS value
    FROM (SELECT row_number() OVER () AS row, json FROM ${records}))`;
}

async function typeOfNumbers(source: Source, leaf: Leaf): Promise<string> {
  // Written with all digits in front of its point, a large DOUBLE looks like more than a DOUBLE
  const shortest = `CASE WHEN contains(value, '.')
    THEN coalesce(TRY_CAST(value AS DOUBLE)::VARCHAR, value) ELSE value END`;
  const values = `(SELECT ${shortest} AS value FROM ${valuesSql(source, leaf, "text")})`;
  const facts = await factsOfValues(source.connection, values);
  if (facts.kinds === kinds.special) return "DOUBLE";
  // -0 is a number here, and no code
  const numbers =
    facts.kinds & kinds.code ? (facts.kinds & ~kinds.code) | kinds.decimal : facts.kinds;
  const type = typeOfColumn({ ...facts, kinds: numbers });
  if (type) return type;
  throw new ReadError(
    `${shownValue(leaf.name)} has decimal numbers and whole numbers that DOUBLE cannot hold: set read.types, as in {${JSON.stringify(leaf.name)}: "DECIMAL(38,6)"} or "VARCHAR".`,
  );
}

/** Objects without any key stay JSON. */
async function typeOfMix(source: Source, leaf: Leaf): Promise<string> {
  const result = await source.connection.runAndReadAll(
    `SELECT kind, count(*), min(row), arg_min(value, row) FROM (
       SELECT row, value, CASE json_type(value) WHEN 'VARCHAR' THEN 'text' WHEN 'BOOLEAN' THEN 'true or false'
         WHEN 'ARRAY' THEN 'a list' WHEN 'OBJECT' THEN 'an object' WHEN 'NULL' THEN NULL ELSE 'a number' END AS kind
       FROM ${valuesSql(source, leaf, "json")} WHERE value IS NOT NULL)
     WHERE kind IS NOT NULL GROUP BY kind ORDER BY min(row)`,
  );
  const [first, second] = result.getRows();
  if (!second) return "JSON";
  const name = leaf.name;
  throw new ReadError(
    `${await placeOf(source, Number(second[2]))}, ${shownValue(name)}: ${shownValue(String(second[3]))} is ${second[0]}, and ${shownValue(name)} is ${first?.[0]} in ${first?.[1]} other records. If both are right, set read.types, as in {${JSON.stringify(name.split(/[.[]/)[0])}: "VARCHAR"} or "JSON".`,
  );
}

/** `line 5` where each record has a line of its own, else `record 5`. */
export async function placeOf({ input, lines }: Source, record: number): Promise<string> {
  if (!lines) return `record ${record}`;
  return `line ${await lineOfRecord(input, record)}`;
}
