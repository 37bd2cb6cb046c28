const longestName = 100;

/**
 * The replica's own name without its endings, in letters every store and shell takes, with the
 * format's ending.
 */
export function outputNameOf(replica: string, format: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\//i.test(replica) ? replica.replace(/[?#].*$/s, "") : replica;
  const base = path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/(\.(parquet|pq|csv|tsv|txt|json|jsonl|ndjson))?(\.gz)?$/i, "");
  const plain = base
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[._-]+/, "");
  return `${plain.slice(0, longestName - format.length - 1) || "result"}.${format}`;
}
