import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from "@duckdb/node-api";
import type { Output } from "../job.ts";
import { identifier } from "./duckdb.ts";

type How = Omit<Output, "path">;

/** The type to cast to, or none where the column is written as it is. */
export type Written = { cast?: string } | { problem: string };

/** Digits that a DOUBLE always keeps. */
export const doubleDigits = 15;

export function outputType(type: DuckDBType, how: How): Written {
  try {
    const cast = castType(type, how, true);
    return cast.changed ? { cast: cast.sql } : {};
  } catch (error) {
    if (error instanceof UnwritableError) return { problem: error.message };
    throw error;
  }
}

class UnwritableError extends Error {}

interface Cast {
  sql: string;
  changed: boolean;
}

/**
 * Parquet writes integers of 128 bits as DOUBLE; a file of any format gets 64 bits, and the cast
 * refuses what is larger.
 */
function castType(type: DuckDBType, how: How, top: boolean): Cast {
  if (type.typeId === DuckDBTypeId.HUGEINT) return { sql: "BIGINT", changed: true };
  if (type.typeId === DuckDBTypeId.UHUGEINT) return { sql: "UBIGINT", changed: true };
  if (type instanceof DuckDBDecimalType && how.decimals === "double") {
    if (!top && type.width > doubleDigits)
      throw new UnwritableError(
        `holds DECIMAL(${type.width},${type.scale}) inside another type, which DOUBLE may ` +
          "not keep: cast it to DOUBLE or VARCHAR.",
      );
    return { sql: "DOUBLE", changed: true };
  }
  if (type instanceof DuckDBListType) {
    const inner = castType(type.valueType, how, false);
    return { sql: `${inner.sql}[]`, changed: inner.changed };
  }
  if (type instanceof DuckDBArrayType) {
    const inner = castType(type.valueType, how, false);
    return { sql: `${inner.sql}[${type.length}]`, changed: inner.changed };
  }
  if (type instanceof DuckDBMapType) {
    const [key, value] = [castType(type.keyType, how, false), castType(type.valueType, how, false)];
    return { sql: `MAP(${key.sql}, ${value.sql})`, changed: key.changed || value.changed };
  }
  if (type instanceof DuckDBStructType) {
    const inner = type.entryTypes.map((entry) => castType(entry, how, false));
    const fields = inner.map(
      ({ sql }, index) => `${identifier(type.entryNames[index] ?? "")} ${sql}`,
    );
    return { sql: `STRUCT(${fields.join(", ")})`, changed: inner.some(({ changed }) => changed) };
  }
  const problem = problemOf(type, how, top);
  if (problem) throw new UnwritableError(problem);
  return { sql: type.alias ?? type.toString(), changed: false };
}

function problemOf(type: DuckDBType, { format }: How, top: boolean): string | undefined {
  const { typeId } = type;
  if (typeId === DuckDBTypeId.UNION)
    return (
      "is a UNION, which no result file holds: select one of its members, as in " +
      "union_extract(column, 'name')."
    );
  if (typeId === DuckDBTypeId.VARIANT || typeId === DuckDBTypeId.GEOMETRY)
    return `is ${type.toString()}, which no result file holds: cast it to VARCHAR.`;
  if (typeId === DuckDBTypeId.INTERVAL && !top && format === "parquet")
    return (
      "holds an INTERVAL inside another type, of which Parquet keeps milliseconds alone: cast " +
      "it to VARCHAR."
    );
  return undefined;
}
