// What a field of text looks like, as a bit each, so that the kinds of a whole column are one
// number. Nothing is a number or a time that does not look like one: DuckDB's own casts read 1.75
// as the integer 2 and "1 2 3" as a timestamp.

export const kinds = {
  integer: 1,
  decimal: 2,
  /** 007 or +49: digits that may be a code; read as a number only among decimal numbers */
  code: 4,
  /** nan, inf */
  special: 8,
  boolean: 16,
  date: 32,
  timestamp: 64,
  timestampWithZone: 128,
  time: 256,
  text: 512,
  /** a timestamp with more than six digits of a second */
  nanoseconds: 1024,
  /** an integer of more than 38 digits */
  wide: 2048,
} as const;

const clock = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?";
const day = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

export const shapes = {
  integer: "(0|-?[1-9][0-9]*)",
  code: "(-0+|[+][0-9]+|-?0[0-9]+)",
  decimal: "[+-]?([0-9]+\\.[0-9]*|\\.[0-9]+|[0-9]+)([eE][+-]?[0-9]+)?",
  special: "[+-]?(nan|NaN|NAN|inf|Inf|INF|infinity|Infinity|INFINITY)",
  boolean: "(true|false|True|False|TRUE|FALSE)",
  date: day,
  timestamp: `${day}[ T]${clock}`,
  timestampWithZone: `${day}[ T]${clock} ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)`,
  time: "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?",
} as const;

/** `field` matched as a whole, with spaces around it ignored. */
export function looksLike(field: string, shape: string): string {
  return `regexp_full_match(${field}, '\\s*${shape}\\s*')`;
}

/**
 * The kind of a field as SQL; 0 for no value. Casts come first, as they are quicker than patterns;
 * patterns decide.
 */
export function kindSql(field: string): string {
  const like = (shape: keyof typeof shapes) => looksLike(field, shapes[shape]);
  const valid = (kind: number, type: string) =>
    `CASE WHEN TRY_CAST(trim(${field}) AS ${type}) IS NULL THEN ${kinds.text} ELSE ${kind} END`;
  const digits = `length(trim(${field}, ' -'))`;
  return `CASE
    WHEN ${field} IS NULL OR ${field} = '' THEN 0
    WHEN TRY_CAST(${field} AS BIGINT)::VARCHAR = ${field} THEN ${kinds.integer}
    WHEN TRY_CAST(${field} AS DOUBLE) IS NOT NULL THEN CASE
      WHEN ${like("integer")}
        THEN CASE WHEN ${digits} > 38 THEN ${kinds.wide} ELSE ${kinds.integer} END
      WHEN ${like("code")} THEN ${kinds.code}
      WHEN ${like("decimal")} AND isfinite(TRY_CAST(${field} AS DOUBLE))
        AND NOT (TRY_CAST(${field} AS DOUBLE) = 0 AND regexp_matches(${field}, '^[^eE]*[1-9]'))
        THEN ${kinds.decimal}
      WHEN ${like("special")} THEN ${kinds.special}
      ELSE ${kinds.text} END
    WHEN length(${field}) < 10 AND ${like("boolean")} THEN ${kinds.boolean}
    WHEN NOT regexp_matches(${field}, '^\\s*[0-9]') THEN ${kinds.text}
    WHEN ${like("date")} THEN ${valid(kinds.date, "DATE")}
    WHEN ${like("timestamp")} THEN CASE
      WHEN NOT regexp_matches(${field}, '\\.[0-9]{7}') THEN ${valid(kinds.timestamp, "TIMESTAMP")}
      WHEN regexp_matches(${field}, '\\.[0-9]{10}') THEN ${kinds.text}
      ELSE ${valid(kinds.nanoseconds, "TIMESTAMP_NS")} END
    WHEN ${like("timestampWithZone")} AND NOT regexp_matches(${field}, '\\.[0-9]{7}')
      THEN ${valid(kinds.timestampWithZone, "TIMESTAMPTZ")}
    WHEN ${like("time")} THEN ${valid(kinds.time, "TIME")}
    ELSE ${kinds.text} END`;
}

/** Whether text of a header's field would also do as a value, or as several with spaces between. */
export function isValueLike(text: string): boolean {
  return isOneValue(text) || text.trim().split(/\s+/).every(isOneValue);
}

/** Each matches a whole field that is a value of one shape. */
export const valuePatterns = Object.values(shapes).map((shape) => new RegExp(`^\\s*${shape}\\s*$`));

function isOneValue(text: string): boolean {
  return valuePatterns.some((pattern) => pattern.test(text));
}
