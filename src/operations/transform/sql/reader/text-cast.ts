// A field of text as a value of a type: what may be written for it, and the cast. A value is kept
// or it does not fit; none is rounded.
import { quoted } from "../duckdb.ts";
import { looksLike, shapes } from "./value-kinds.ts";

const wholeNumber = "[+-]?[0-9]+";
const plainDecimal = "[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)";
const anyBoolean = "(?i:true|false|t|f|yes|no|y|n|1|0)";

/** SQL that is true where the field has a value and the value does not fit the type. */
export function misfitSql(field: string, type: string): string {
  if (type === "VARCHAR") return "false";
  const cast = `TRY_CAST(trim(${field}) AS ${type}) IS NULL`;
  const shape = shapeOf(type);
  const misshapen = shape ? `NOT ${looksLike(field, shape)} OR ` : "";
  return `(${field} <> '' AND (${misshapen}${cast}${moreOf(field, type)}))`;
}

function shapeOf(type: string): string | undefined {
  if (/INT$|INTEGER$/.test(type)) return wholeNumber;
  if (type.startsWith("DECIMAL")) return plainDecimal;
  if (type === "DOUBLE" || type === "FLOAT") return `(${shapes.decimal}|${shapes.special})`;
  if (type === "BOOLEAN") return anyBoolean;
  if (type === "DATE") return shapes.date;
  if (type === "TIME") return shapes.time;
  if (type === "TIMESTAMP" || type === "TIMESTAMP_NS")
    return `(${shapes.date}|${shapes.timestamp})`;
  if (type === "TIMESTAMPTZ") return shapes.timestampWithZone;
  return undefined;
}

/** What a cast would round or cut. */
function moreOf(field: string, type: string): string {
  const scale = /^DECIMAL\(\d+,(\d+)\)$/.exec(type)?.[1];
  if (scale !== undefined)
    return ` OR length(rtrim(regexp_extract(${field}, '\\.([0-9]*)', 1), '0')) > ${scale}`;
  if (type === "DOUBLE" || type === "FLOAT")
    return ` OR (isinf(TRY_CAST(trim(${field}) AS ${type})) AND NOT ${looksLike(field, shapes.special)})
      OR ${inexactSql(field)} OR ${underflowSql(field)}`;
  if (type === "TIMESTAMP" || type === "TIMESTAMPTZ")
    return ` OR regexp_matches(${field}, '\\.[0-9]{7}')`;
  if (type === "TIMESTAMP_NS") return ` OR regexp_matches(${field}, '\\.[0-9]{10}')`;
  return "";
}

/** Digits in front of the point that DOUBLE would change. */
export function inexactSql(field: string): string {
  const digits = `regexp_extract(trim(${field}), '^[+-]?[0-9]+')`;
  return `(${looksLike(field, "[+-]?[0-9]+(\\.[0-9]*)?")}
    AND abs(TRY_CAST(${digits} AS DOUBLE)) >= 9007199254740992
    AND TRY_CAST(TRY_CAST(${digits} AS DOUBLE) AS HUGEINT)
      IS DISTINCT FROM TRY_CAST(${digits} AS HUGEINT))`;
}

/** A number that is not zero and that DOUBLE has no value for but zero. */
export function underflowSql(field: string): string {
  return `(TRY_CAST(trim(${field}) AS DOUBLE) = 0 AND regexp_matches(${field}, '^[^eE]*[1-9]'))`;
}

/** An empty field in quotes is an empty text, and no value of any other type. */
export function castSql(field: string, type: string): string {
  if (type === "VARCHAR") return field;
  return `CAST(CASE WHEN ${field} = '' THEN NULL ELSE trim(${field}) END AS ${type})`;
}

export function nullIf(field: string, words: readonly string[]): string {
  if (words.length === 0) return field;
  return `CASE WHEN ${field} IN (${words.map(quoted).join(", ")}) THEN NULL ELSE ${field} END`;
}

/** A decimal comma becomes a point where the field is a number; other text stays as it is. */
export function withPoint(field: string): string {
  return `CASE WHEN regexp_full_match(${field}, '\\s*[+-]?[0-9]*,[0-9]*([eE][+-]?[0-9]+)?\\s*') THEN replace(${field}, ',', '.') ELSE ${field} END`;
}
