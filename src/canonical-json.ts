/** The same text for the same JSON, whatever the order of its keys and the spaces between: RFC 8785, so that others can make it too. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((inner) => canonicalJson(inner ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${members
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`)
    .join(",")}}`;
}
