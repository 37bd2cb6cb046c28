/**
 * As S3 and Postgres (collation C) sort: by UTF-8 bytes, where JavaScript compares UTF-16 units.
 * They differ above U+D7FF only.
 */
export function byUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right)
      return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** The first `limit` of a stream in order, without ever holding much more than `limit` of it. */
export async function firstInOrder(names: AsyncIterable<string>, limit: number): Promise<string[]> {
  let kept: string[] = [];
  let last: string | undefined;
  for await (const name of names) {
    if (last !== undefined && byUtf8(name, last) > 0) continue;
    kept.push(name);
    if (kept.length < limit * 2 + 1000) continue;
    kept = kept.sort(byUtf8).slice(0, limit);
    last = kept.at(-1);
  }
  return kept.sort(byUtf8).slice(0, limit);
}
