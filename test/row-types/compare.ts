// A row type beside what Postgres says of the statement.
import pg from "pg";
import type { Described } from "./describe.ts";
import type { Column, Kind } from "./row-type.ts";

const { builtins: oid } = pg.types;

/** As the drivers' parsers of src/db/client.ts give them. */
const kinds = new Map<number, Kind>([
  [oid.BOOL, "boolean"],
  [oid.BYTEA, "Buffer"],
  [oid.INT2, "number"],
  [oid.INT4, "number"],
  [oid.INT8, "number"],
  [oid.OID, "number"],
  [oid.FLOAT4, "number"],
  [oid.FLOAT8, "number"],
  [oid.NUMERIC, "string"],
  [oid.TEXT, "string"],
  [oid.VARCHAR, "string"],
  [oid.BPCHAR, "string"],
  [oid.UUID, "string"],
  [oid.DATE, "string"],
  [oid.TIMESTAMP, "Date"],
  [oid.TIMESTAMPTZ, "Date"],
  [oid.JSON, "anything"],
  [oid.JSONB, "anything"],
  [19, "string"], // name
  [1000, "boolean[]"],
  [1005, "number[]"],
  [1007, "number[]"],
  [1016, "number[]"],
  [1009, "string[]"],
  [1015, "string[]"],
  [2951, "string[]"], // uuid[]
]);

/** Sentences, each of one column. */
export function differences(row: Column[], described: Described[]): string[] {
  const stated = new Map(row.map((column) => [column.name, column]));
  const given = new Set(described.map(({ name }) => name));
  return [
    ...described.flatMap((column) => {
      const type = stated.get(column.name);
      return type
        ? ofColumn(type, column)
        : [`selects ${column.name}, which its row type does not have`];
    }),
    ...row
      .filter(({ name, optional }) => !optional && !given.has(name))
      .map(({ name }) => `has no column ${name}, which its row type states`),
  ];
}

function ofColumn(stated: Column, { name, type, nullable }: Described): string[] {
  const kind = kinds.get(type);
  if (kind === undefined)
    return [`column ${name} has a type that the check does not know (${type})`];
  const fits =
    kind === "anything" || stated.kinds.every((one) => one === kind || one === "anything");
  return [
    ...(fits ? [] : [`column ${name} is a ${kind}, not a ${stated.kinds.join(" or ")}`]),
    ...(nullable && !stated.nullable ? [`column ${name} may be null`] : []),
  ];
}
