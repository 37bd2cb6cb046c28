// DuckDB reads a JSON number with a point or an exponent as DOUBLE before anything else is known of
// it. What DOUBLE would change is found in the text of the records.
import { quoted } from "../duckdb.ts";
import { placeOf, type Source } from "./json-numbers.ts";
import { ReadError, shownValue } from "./read-error.ts";
import { inexactSql, underflowSql } from "./text-cast.ts";

const number = "-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
const text = '"(?:[^"\\\\]|\\\\.)*"';

/** No record may have a number of more digits in front of its point than DOUBLE holds, or one too small for it. */
export async function assertNumbersHeld(source: Source): Promise<void> {
  const tokens = `regexp_extract_all(regexp_replace(json, '${text}', '""', 'g'), '${number}')`;
  const found = await firstToken(
    source,
    tokens,
    `regexp_matches(token, '[.eE]') AND (${inexactSql("token")} OR ${underflowSql("token")})`,
  );
  if (!found) return;
  throw new ReadError(
    `${found.place}: DOUBLE cannot hold the number ${found.token}. Write it in quotes, as text, and set read.types.`,
  );
}

/** In columns that are to be text or decimals, all digits of a number must be those that DOUBLE has. */
export async function assertDigitsKept(source: Source, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const key = [JSON.stringify(name), asciiJson(name)].map(escapedPattern).join("|");
    const tokens = `regexp_extract_all(json, ${quoted(`(?:${key})\\s*:\\s*(${number})`)}, 1)`;
    const found = await firstToken(source, tokens, changedSql("token"));
    if (found)
      throw new ReadError(
        `${found.place}, ${shownValue(name)}: of the number ${found.token} only the digits of a DOUBLE can be read. Write it in quotes, as text.`,
      );
  }
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

/** The shortest text of the DOUBLE is another number than the token. */
function changedSql(token: string): string {
  const plain = (digits: string) =>
    `regexp_replace(replace(lower(${digits}), '+', ''), '(\\.[0-9]*?)0+$', '\\1')`;
  return `regexp_matches(${token}, '[.eE]') AND length(${token}) > 15
    AND rtrim(${plain(token)}, '.') <> rtrim(${plain(`TRY_CAST(${token} AS DOUBLE)::VARCHAR`)}, '.')`;
}

function asciiJson(name: string): string {
  return JSON.stringify(name).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function escapedPattern(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
