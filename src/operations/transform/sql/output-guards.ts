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
import { doubleDigits } from "./output-types.ts";

type How = Omit<Output, "path">;

export interface Guard {
  /** true where the value cannot be written */
  when: string;
  /** what follows the value */
  sentence: string;
}

/** Values of a writable type that the format would change. */
export function guardsOf(column: string, type: DuckDBType, how: How): Guard[] {
  const { typeId } = type;
  const { format } = how;
  if (typeId === DuckDBTypeId.HUGEINT)
    return [outside(column, "-9223372036854775808", "9223372036854775807")];
  if (typeId === DuckDBTypeId.UHUGEINT) return [outside(column, "0", "18446744073709551615")];
  if (type instanceof DuckDBDecimalType && how.decimals === "double")
    return type.width <= doubleDigits ? [] : [tooManyDigits(column)];
  if (isNested(type)) return nestedGuards(column, type, how);
  if (format === "json" && isFloating(typeId)) {
    return [
      {
        when: `NOT isfinite(${column})`,
        sentence:
          ", which JSON has no number for: write parquet or csv, or select NULL in its place.",
      },
    ];
  }
  if (format === "parquet" && hasInfinity(typeId)) {
    return [
      {
        when: `isinf(${column})`,
        sentence: ", which Parquet has no value for: select NULL in its place, or write csv.",
      },
    ];
  }
  if (format === "parquet" && typeId === DuckDBTypeId.INTERVAL) {
    return [
      {
        when: `(${column} < INTERVAL 0 DAYS OR microsecond(${column}) % 1000 <> 0)`,
        sentence:
          ", and a Parquet interval is never negative and has whole milliseconds: cast it " +
          "to VARCHAR.",
      },
    ];
  }
  return [];
}

function outside(column: string, lowest: string, highest: string): Guard {
  return {
    when: `${column} NOT BETWEEN ${lowest} AND ${highest}`,
    sentence: ", which is beyond 64 bits: cast it to DECIMAL(38,0) or DOUBLE.",
  };
}

function tooManyDigits(column: string): Guard {
  const digits = `ltrim(replace(replace(${column}::VARCHAR, '-', ''), '.', ''), '0')`;
  return {
    when: `length(rtrim(${digits}, '0')) > ${doubleDigits}`,
    sentence:
      `, which has more than the ${doubleDigits} digits that DOUBLE keeps: set decimals to ` +
      "keep, or cast it yourself.",
  };
}

/** Inside other types a value is looked for in the text of the whole. */
function nestedGuards(column: string, type: DuckDBType, { format }: How): Guard[] {
  const holds = typesWithin(type);
  if (format === "json" && holds.some(isFloating)) {
    return [
      {
        when: `regexp_matches(to_json(${column})::VARCHAR, '(^|[\\[:,])-?(NaN|Infinity)')`,
        sentence: ", and JSON has no number for NaN or Infinity: write parquet.",
      },
    ];
  }
  if (format === "parquet" && holds.some(hasInfinity)) {
    return [
      {
        when: `contains(${column}::VARCHAR, 'infinity')`,
        sentence: ", and Parquet has no infinite time: select NULL in its place.",
      },
    ];
  }
  return [];
}

function isNested(type: DuckDBType): boolean {
  return childrenOf(type).length > 0;
}

function typesWithin(type: DuckDBType): DuckDBTypeId[] {
  return [type.typeId, ...childrenOf(type).flatMap(typesWithin)];
}

function childrenOf(type: DuckDBType): readonly DuckDBType[] {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return [type.valueType];
  if (type instanceof DuckDBMapType) return [type.keyType, type.valueType];
  return type instanceof DuckDBStructType ? type.entryTypes : [];
}

function isFloating(typeId: DuckDBTypeId): boolean {
  return typeId === DuckDBTypeId.DOUBLE || typeId === DuckDBTypeId.FLOAT;
}

/** TIMESTAMP_S and TIMESTAMP_MS have no isinf of their own and are cast to TIMESTAMP for it. */
function hasInfinity(typeId: DuckDBTypeId): boolean {
  return [
    DuckDBTypeId.DATE,
    DuckDBTypeId.TIMESTAMP,
    DuckDBTypeId.TIMESTAMP_S,
    DuckDBTypeId.TIMESTAMP_MS,
    DuckDBTypeId.TIMESTAMP_NS,
    DuckDBTypeId.TIMESTAMP_TZ,
  ].includes(typeId);
}
