// Code that pushes every text an expression can have: from the expression outwards, each name that
// is not a module's own is declared again, looped over, or given every value that its type allows.
import ts from "typescript";

export type Enumeration =
  | { code: string; unknown?: undefined }
  | { code?: undefined; unknown: string };

export function enumeration(checker: ts.TypeChecker, text: ts.Expression): Enumeration {
  let code = `out.push(${text.getText()});`;
  let needed = localNames(checker, text);
  for (let node: ts.Node = text; !ts.isSourceFile(node); ) {
    const declaration = needed.find((local) => declares(node, local));
    if (!declaration) {
      node = node.parent;
      continue;
    }
    const wrapped = wrap(checker, node, declaration);
    if (!wrapped?.settles(declaration)) return { unknown: declaration.name.getText() };
    needed = [...needed.filter((local) => !wrapped.settles(local)), ...wrapped.needs];
    code = wrapped.around(code);
  }
  return { code };
}

type Local = ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement;

interface Wrapped {
  around(code: string): string;
  needs: Local[];
  settles(declaration: Local): boolean;
}

/** Names inside a node that are declared in a function around it. */
function localNames(checker: ts.TypeChecker, node: ts.Node): Local[] {
  const found = new Set<Local>();
  const visit = (inner: ts.Node): void => {
    if (ts.isIdentifier(inner)) {
      const symbol = ts.isShorthandPropertyAssignment(inner.parent)
        ? checker.getShorthandAssignmentValueSymbol(inner.parent)
        : checker.getSymbolAtLocation(inner);
      const declaration = symbol?.valueDeclaration;
      if (declaration && isLocal(declaration) && !isInside(declaration, node))
        found.add(declaration);
    }
    ts.forEachChild(inner, visit);
  };
  visit(node);
  return [...found];
}

function isLocal(node: ts.Node): node is Local {
  if (!ts.isVariableDeclaration(node) && !ts.isParameter(node) && !ts.isBindingElement(node))
    return false;
  for (let at: ts.Node = node.parent; !ts.isSourceFile(at); at = at.parent)
    if (ts.isFunctionLike(at) || ts.isBlock(at)) return true;
  return false;
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) if (at === outer) return true;
  return false;
}

/** The variable or parameter whose pattern has the name. */
function holderOf(declaration: Local): ts.VariableDeclaration | ts.ParameterDeclaration {
  let holder: ts.Node = declaration;
  while (
    ts.isBindingElement(holder) ||
    ts.isObjectBindingPattern(holder) ||
    ts.isArrayBindingPattern(holder)
  )
    holder = holder.parent;
  return holder as ts.VariableDeclaration | ts.ParameterDeclaration;
}

function declares(node: ts.Node, declaration: Local): boolean {
  const holder = holderOf(declaration);
  if (ts.isParameter(holder)) return holder.parent === node;
  const list = holder.parent;
  if (ts.isForOfStatement(list.parent)) return list.parent === node;
  return list.parent.parent === node;
}

function wrap(checker: ts.TypeChecker, node: ts.Node, declaration: Local): Wrapped | undefined {
  const holder = holderOf(declaration);
  const ofHolder = (other: Local) => holderOf(other) === holder;
  const pattern = holder.name.getText();
  if (ts.isForOfStatement(node)) {
    const list = node.expression;
    return {
      around: (code) => `for (const ${pattern} of ${list.getText()}) { ${code} }`,
      needs: localNames(checker, list),
      settles: ofHolder,
    };
  }
  if (ts.isVariableDeclaration(holder) && holder.initializer) {
    const value = holder.initializer;
    if (isPure(value))
      return {
        around: (code) => `{ const ${pattern} = ${value.getText()}; ${code} }`,
        needs: localNames(checker, value),
        settles: ofHolder,
      };
    // A text may depend on what the database answered; it is checked for an answer without rows.
    if (checker.isArrayType(checker.getTypeAtLocation(value)))
      return {
        around: (code) => `{ const ${pattern} = []; ${code} }`,
        needs: [],
        settles: ofHolder,
      };
  }
  return everyValue(checker, declaration) ?? defaultOf(checker, holder) ?? everyCall(checker, node);
}

function isPure(value: ts.Node): boolean {
  let pure = true;
  const visit = (inner: ts.Node): void => {
    if (ts.isAwaitExpression(inner)) pure = false;
    ts.forEachChild(inner, visit);
  };
  visit(value);
  return pure;
}

/** Of a type that has few values, all of them. */
function everyValue(checker: ts.TypeChecker, declaration: Local): Wrapped | undefined {
  const type = checker.getTypeAtLocation(declaration.name);
  const parts = type.isUnion() ? type.types : [type];
  const values = parts.map((part) => literalOf(checker, part));
  if (values.includes(undefined)) return undefined;
  const name = declaration.name.getText();
  return {
    around: (code) => `for (const ${name} of [${values.join(", ")}]) { ${code} }`,
    needs: [],
    settles: (other) => other === declaration,
  };
}

function literalOf(checker: ts.TypeChecker, type: ts.Type): string | undefined {
  if (type.isStringLiteral()) return JSON.stringify(type.value);
  if (type.isNumberLiteral()) return String(type.value);
  if (type.flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type);
  if (type.flags & ts.TypeFlags.Undefined) return "undefined";
  if (type.flags & ts.TypeFlags.Null) return "null";
  return type.flags & ts.TypeFlags.Object ? variantOf(checker, type) : undefined;
}

/** One of several shapes, by what tells it apart; what else it holds is no part of a statement. */
function variantOf(checker: ts.TypeChecker, type: ts.Type): string | undefined {
  const members = checker.getPropertiesOfType(type).flatMap((property) => {
    const value = checker.getTypeOfSymbol(property);
    return value.isStringLiteral() ? [`${property.name}: ${JSON.stringify(value.value)}`] : [];
  });
  return members.length ? `{ ${members.join(", ")} }` : undefined;
}

function defaultOf(
  checker: ts.TypeChecker,
  holder: ts.VariableDeclaration | ts.ParameterDeclaration,
): Wrapped | undefined {
  const value = ts.isParameter(holder) ? holder.initializer : undefined;
  if (!value) return undefined;
  return {
    around: (code) => `{ const ${holder.name.getText()} = ${value.getText()}; ${code} }`,
    needs: localNames(checker, value),
    settles: (other) => holderOf(other) === holder,
  };
}

/** The parameters of a function that only its own file calls: the arguments of each call. */
function everyCall(checker: ts.TypeChecker, node: ts.Node): Wrapped | undefined {
  if (!ts.isFunctionDeclaration(node) || !node.name || isExported(node)) return undefined;
  const symbol = checker.getSymbolAtLocation(node.name);
  const calls: ts.CallExpression[] = [];
  const visit = (inner: ts.Node): void => {
    if (ts.isCallExpression(inner) && checker.getSymbolAtLocation(inner.expression) === symbol)
      calls.push(inner);
    ts.forEachChild(inner, visit);
  };
  visit(node.getSourceFile());
  const known = node.parameters.flatMap((parameter, at) => {
    const values = calls.map((call) => call.arguments[at] ?? parameter.initializer);
    const plain = values.every((value) => value && localNames(checker, value).length === 0);
    return plain ? [{ parameter, values: values.map((value) => value?.getText() ?? "") }] : [];
  });
  const pattern = known.map(({ parameter }) => parameter.name.getText()).join(", ");
  const rows = calls.map((_, n) => `[${known.map(({ values }) => values[n]).join(", ")}]`);
  return {
    around: (code) => `for (const [${pattern}] of [${rows.join(", ")}] as const) { ${code} }`,
    needs: [],
    settles: (other) => known.some(({ parameter }) => holderOf(other) === parameter),
  };
}

function isExported(node: ts.FunctionDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}
