// The structure of all records of a JSON file, as DuckDB's json_group_structure tells it.
import { identifier } from "../duckdb.ts";
import { ReadError, shownValue } from "./read-error.ts";

/** a scalar's type in words, a list of one node, or an object of nodes */
export type Structure = string | [Structure] | { [key: string]: Structure };

/** Keys of one object that are still taken for columns or fields, and not for data. */
const mostKeys = 5_000;
const mostDepth = 100;

export interface Leaf {
  /** as json_extract takes it */
  path: string;
  /** as a person reads it */
  name: string;
  structure: string;
}

/** Its scalars, at any depth. */
export function leavesOf(structure: Structure, path = "$", name = ""): Leaf[] {
  if (typeof structure === "string") return [{ path, name, structure }];
  if (Array.isArray(structure)) return leavesOf(structure[0], `${path}[*]`, `${name}[]`);
  return Object.entries(structure).flatMap(([key, inner]) =>
    leavesOf(inner, `${path}.${pathKey(key)}`, name === "" ? key : `${name}.${key}`),
  );
}

/** The type that `typeOf` gives each scalar, put together as the structure has them. */
export function typeSql(
  structure: Structure,
  typeOf: (path: string, structure: string) => string,
  path = "$",
): string {
  if (typeof structure === "string") return typeOf(path, structure);
  if (Array.isArray(structure)) return `${typeSql(structure[0], typeOf, `${path}[*]`)}[]`;
  const fields = Object.entries(structure).map(
    ([key, inner]) => `${identifier(key)} ${typeSql(inner, typeOf, `${path}.${pathKey(key)}`)}`,
  );
  return `STRUCT(${fields.join(", ")})`;
}

export function assertUsable(structure: Structure, name = "", depth = 0): void {
  if (typeof structure === "string") return;
  if (depth > mostDepth) throw new ReadError(`its values are nested deeper than ${mostDepth}.`);
  if (Array.isArray(structure)) {
    assertUsable(structure[0], `${name}[]`, depth + 1);
    return;
  }
  const keys = Object.keys(structure);
  const where = name === "" ? "its records have" : `${shownValue(name)} has`;
  if (keys.length > mostKeys)
    throw new ReadError(
      `${where} ${keys.length} different keys, more than ${mostKeys}: keys seem to be data. ` +
        `Set read.types, as in {"column": "JSON"}.`,
    );
  const seen = new Map<string, string>();
  for (const key of keys) {
    if (key === "") throw new ReadError(`${where} a key without a name.`);
    const other = seen.get(key.toLowerCase());
    if (other !== undefined)
      throw new ReadError(
        `${where} the keys ${shownValue(other)} and ${shownValue(key)}, which differ only ` +
          "in case and would be one column.",
      );
    seen.set(key.toLowerCase(), key);
    assertUsable(structure[key] as Structure, name === "" ? key : `${name}.${key}`, depth + 1);
  }
}

export function pathKey(key: string): string {
  return `"${key.replace(/["\\]/g, "\\$&")}"`;
}
