// Finds every statement of the sources: a call of a `Query`, or of pg's own `query` with a row
// type.
import ts from "typescript";
import { type Column, columnsOf } from "./row-type.ts";

export interface StatementCall {
  /** path and line */
  place: string;
  file: ts.SourceFile;
  text: ts.Expression;
  /** under which it is prepared, or none */
  names: string[];
  /** what the code takes a row for; undefined where no row type is stated */
  row: Column[] | undefined;
}

export function statementCalls(
  program: ts.Program,
  files: ts.SourceFile[],
  root: string,
): StatementCall[] {
  const checker = program.getTypeChecker();
  const calls: StatementCall[] = [];
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && isNamedQuery(node.expression)) {
        const [text, , name] = node.arguments;
        const row = rowOf(checker, node);
        const place = placeOf(file, node, root);
        if (text && row) {
          const columns = columnsOf(checker, row, node);
          calls.push({ place, file, text, names: literalsOf(checker, name), row: columns });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return calls;
}

function literalsOf(checker: ts.TypeChecker, name: ts.Expression | undefined): string[] {
  if (!name) return [];
  const type = checker.getTypeAtLocation(name);
  return (type.isUnion() ? type.types : [type]).flatMap((one) =>
    one.isStringLiteral() ? one.value : [],
  );
}

/** The row type of a statement's call, or undefined for any other call. */
function rowOf(checker: ts.TypeChecker, call: ts.CallExpression): ts.Type | undefined {
  const callee = checker.getTypeAtLocation(call.expression);
  if (callee.aliasSymbol?.name === "Query") {
    const signature = checker.getResolvedSignature(call);
    const promise = signature && checker.getReturnTypeOfSignature(signature);
    const rows = promise && checker.getAwaitedType(promise);
    return rows && checker.getIndexTypeOfType(rows, ts.IndexKind.Number);
  }
  const [row] = call.typeArguments ?? [];
  const [text] = call.arguments;
  if (!row || !text || !(checker.getTypeAtLocation(text).flags & ts.TypeFlags.StringLike))
    return undefined;
  return checker.getTypeFromTypeNode(row);
}

/** To ask for the type of every call would take twice as long. */
function isNamedQuery(callee: ts.Expression): boolean {
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
  return ts.isIdentifier(name) && name.text === "query";
}

/**
 * Places of prepared statements that share a name. Postgres refuses the second one on a connection
 * that knows the first.
 */
export function sharedNames(calls: StatementCall[]): string[] {
  const places = new Map<string, string[]>();
  for (const { names, place } of calls)
    for (const name of names) places.set(name, [...(places.get(name) ?? []), place]);
  return [...places].flatMap(([name, [first, ...others]]) =>
    others.map((place) => `${place} the statement is named ${name}, like that of ${first}`),
  );
}

/** Places where a `Query` has another name, so that its calls would not be found. */
export function misnamedQueries(files: ts.SourceFile[], root: string): string[] {
  const found: string[] = [];
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node) && node.typeName.getText() === "Query") {
        const { parent } = node;
        const name = (ts.isParameter(parent) || ts.isPropertySignature(parent)) && parent.name;
        if (name && name.getText() !== "query")
          found.push(
            `${placeOf(file, node, root)} a Query is to be called query, not ${name.getText()}`,
          );
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

function placeOf(file: ts.SourceFile, node: ts.Node, root: string): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName.slice(root.length)}:${line + 1}`;
}
