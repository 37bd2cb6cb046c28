/**
 * What JSON.stringify returns, in pieces: the elements of a list, and of the lists in an object,
 * are written one by one.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* ofList(value);
  else if (typeof value === "object" && value !== null) yield* ofObject(value);
  else yield JSON.stringify(value);
}

function* ofObject(value: object): Generator<string> {
  let before = "{";
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    yield `${before}${JSON.stringify(key)}:`;
    if (Array.isArray(inner)) yield* ofList(inner);
    else yield JSON.stringify(inner);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

function* ofList(list: unknown[]): Generator<string> {
  let before = "[";
  for (const element of list) {
    yield before + (JSON.stringify(element) ?? "null");
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
