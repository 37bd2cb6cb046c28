import { kinds } from "./value-kinds.ts";

/** What a pass over the whole file has found in a column of text. */
export interface ColumnFacts {
  /** the kinds of its values, a bit each */
  kinds: number;
  /** of its long whole numbers */
  lowest: bigint | null;
  highest: bigint | null;
  /** a number of more digits in front of its point than DOUBLE keeps */
  inexact: boolean;
}

/** Of a column without any value. */
export const noFacts: ColumnFacts = { kinds: 0, lowest: null, highest: null, inexact: false };

/**
 * The type that holds every value of the column as it is written; undefined where its numbers need
 * more than DOUBLE has.
 */
export function typeOfColumn({ kinds: found, ...facts }: ColumnFacts): string | undefined {
  const only = (...allowed: number[]) =>
    (found & ~allowed.reduce((all, kind) => all | kind, 0)) === 0;
  if (found === 0) return "VARCHAR";
  if (only(kinds.integer)) return integerType(facts.lowest ?? 0n, facts.highest ?? 0n);
  if (only(kinds.boolean)) return "BOOLEAN";
  if (only(kinds.date)) return "DATE";
  if (only(kinds.date, kinds.timestamp)) return "TIMESTAMP";
  if (only(kinds.date, kinds.timestamp, kinds.nanoseconds)) return "TIMESTAMP_NS";
  if (only(kinds.timestampWithZone)) return "TIMESTAMPTZ";
  if (only(kinds.time)) return "TIME";
  const numbers = [kinds.integer, kinds.decimal, kinds.code, kinds.wide, kinds.special];
  if (only(...numbers)) return numberType(found, facts.inexact);
  return "VARCHAR";
}

const largest = { bigint: 2n ** 63n, ubigint: 2n ** 64n, decimal: 10n ** 38n };

function integerType(lowest: bigint, highest: bigint): string {
  if (lowest >= -largest.bigint && highest < largest.bigint) return "BIGINT";
  if (lowest >= 0n && highest < largest.ubigint) return "UBIGINT";
  if (lowest > -largest.decimal && highest < largest.decimal) return "DECIMAL(38,0)";
  return "VARCHAR";
}

/** Digits with a leading zero are a code (007 is not 7) unless the column has decimal numbers. */
function numberType(found: number, inexact: boolean): string | undefined {
  const decimals = (found & kinds.decimal) !== 0;
  if ((found & kinds.special) !== 0 && (found & ~kinds.special) === 0) return "VARCHAR";
  if (!decimals && (found & (kinds.code | kinds.wide)) !== 0) return "VARCHAR";
  if (inexact || (found & kinds.wide) !== 0) return undefined;
  return "DOUBLE";
}
