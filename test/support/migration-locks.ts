/**
 * Why a migration keeps others from a table for longer than it must, in sentences. Tables that it
 * creates are nobody else's yet.
 */
export function lockFaults(sql: string): string[] {
  const text = sql.replace(/--.*$/gm, "");
  const tablesOf = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, table = ""]) => table);
  const created = tablesOf(/\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)/gi);
  const isOld = (table: string) => !created.includes(table);
  const altered = tablesOf(
    /\b(?:ALTER|DROP|TRUNCATE)\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(\w+)/gi,
  ).filter(isOld);
  const indexed = tablesOf(/\bINDEX\b[^;]*?\bON\s+(?:ONLY\s+)?(\w+)/gi).filter(isOld);
  const locked = [...new Set([...altered, ...indexed])];
  const faults: string[] = [];
  if (locked.length > 1)
    faults.push(`It locks ${locked.join(" and ")}: each table needs a migration of its own.`);
  if (indexed.length > 1 || (indexed.length === 1 && altered.length > 0))
    faults.push(`An index on ${indexed[0]} needs a migration of its own.`);
  return faults;
}
