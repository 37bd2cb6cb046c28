/**
 * Canonical JSON of RFC 8785: the same text for the same value, whatever the order of its keys.
 * Throws a TypeError for what the RFC refuses: infinite numbers, NaN and lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((inner) => canonicalJson(inner ?? null)).join(",")}]`;
  if (typeof value === "string") return text(value);
  if (typeof value === "number" && !Number.isFinite(value))
    throw new TypeError(`JSON has no number ${value}.`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${sortedMembers(value)
    .map(([key, inner]) => `${text(key)}:${canonicalJson(inner)}`)
    .join(",")}}`;
}

const pieceLength = 64 * 1024;

/**
 * The same text in pieces: the elements of long lists are not put together. A list may also be
 * something that is read piece by piece.
 */
export async function* canonicalPieces(value: unknown): AsyncGenerator<string> {
  if (Array.isArray(value)) {
    yield* listPieces([value]);
  } else if (isReadInPieces(value)) {
    yield* listPieces(value);
  } else if (typeof value === "object" && value !== null) {
    yield "{";
    let separator = "";
    for (const [key, inner] of sortedMembers(value)) {
      yield `${separator}${text(key)}:`;
      yield* canonicalPieces(inner);
      separator = ",";
    }
    yield "}";
  } else {
    yield canonicalJson(value);
  }
}

async function* listPieces(
  pieces: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
): AsyncGenerator<string> {
  let text = "[";
  let separator = "";
  for await (const piece of pieces) {
    for (const inner of piece) {
      text += separator + canonicalJson(inner ?? null);
      separator = ",";
      if (text.length < pieceLength) continue;
      yield text;
      text = "";
    }
  }
  yield `${text}]`;
}

function isReadInPieces(value: unknown): value is AsyncIterable<readonly unknown[]> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function sortedMembers(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

function text(value: string): string {
  if (!value.isWellFormed())
    throw new TypeError("A text contains half of a surrogate pair, which UTF-8 cannot encode.");
  return JSON.stringify(value);
}
