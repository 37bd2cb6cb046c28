// DuckDB reads a JSON number with a point or an exponent as DOUBLE before anything else is known of
// it. What DOUBLE would change is found in the text of the records.
import { numbersOutside, numberToken, textToken } from "./json-exact.ts";
import { placeOf, type Source } from "./json-numbers.ts";
import { ReadError } from "./read-error.ts";
import { inexactSql, underflowSql } from "./text-cast.ts";

const allNumbers = `regexp_extract_all(
  regexp_replace(json, '${textToken}', '""', 'g'), '${numberToken}')`;

/**
 * No record may have a number of more digits in front of its point than DOUBLE holds, or one too
 * small for it; `exact`: columns whose numbers are kept as they are written.
 */
export async function assertNumbersHeld(source: Source, exact: readonly string[]): Promise<void> {
  const tokens = exact.length > 0 ? numbersOutside(exact) : allNumbers;
  const found = await firstToken(
    source,
    tokens,
    `regexp_matches(token, '[.eE]') AND (${inexactSql("token")} OR ${underflowSql("token")})`,
  );
  if (!found) return;
  throw new ReadError(
    `${found.place}: DOUBLE cannot hold the number ${found.token}. Set read.types for its column, as in {"column": "VARCHAR"}.`,
  );
}

async function firstToken(
  source: Source,
  tokens: string,
  condition: string,
): Promise<{ place: string; token: string } | undefined> {
  const result = await source.connection.runAndReadAll(
    `WITH numbered AS (SELECT row_number() OVER () AS row, json FROM ${source.records}),
       tokens AS (SELECT row, unnest(${tokens}) AS token FROM numbered)
     SELECT row, token FROM tokens WHERE ${condition} ORDER BY row LIMIT 1`,
  );
  const [row, token] = result.getRows()[0] ?? [];
  if (row === undefined) return undefined;
  return { place: await placeOf(source, Number(row)), token: String(token) };
}
