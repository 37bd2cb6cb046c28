// The columns that a row type states, in the few kinds that a driver's value can have.
import ts from "typescript";

export type Kind = "string" | "number" | "boolean" | "Date" | "Buffer" | "anything" | `${string}[]`;

export interface Column {
  name: string;
  kinds: Kind[];
  /** may be null */
  nullable: boolean;
  optional: boolean;
}

/** Undefined for a type without names of its own, such as Record<string, unknown>. */
export function columnsOf(
  checker: ts.TypeChecker,
  row: ts.Type,
  at: ts.Node,
): Column[] | undefined {
  if (checker.getIndexTypeOfType(row, ts.IndexKind.String)) return undefined;
  return checker.getPropertiesOfType(row).map((property) => {
    const parts = partsOf(checker.getTypeOfSymbolAtLocation(property, at));
    const values = parts.filter((part) => !(part.flags & nothing));
    return {
      name: property.name,
      kinds: [...new Set(values.map((part) => kindOf(checker, part)))],
      nullable: parts.some((part) => part.flags & ts.TypeFlags.Null),
      optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
    };
  });
}

const nothing = ts.TypeFlags.Null | ts.TypeFlags.Undefined;

function partsOf(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function kindOf(checker: ts.TypeChecker, type: ts.Type): Kind {
  if (type.flags & ts.TypeFlags.StringLike) return "string";
  if (type.flags & ts.TypeFlags.NumberLike) return "number";
  if (type.flags & ts.TypeFlags.BooleanLike) return "boolean";
  const name = type.symbol?.name;
  if (name === "Date" || name === "Buffer") return name;
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    const kinds = item ? partsOf(item).map((part) => kindOf(checker, part)) : [];
    return kinds.length === 1 ? `${kinds[0]}[]` : "anything[]";
  }
  return "anything";
}
