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
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${members
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, inner]) => `${text(key)}:${canonicalJson(inner)}`)
    .join(",")}}`;
}

function text(value: string): string {
  if (!value.isWellFormed())
    throw new TypeError("A text contains half of a surrogate pair, which UTF-8 cannot encode.");
  return JSON.stringify(value);
}
