// Everywhere that a secret may have left a trace.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

export interface Trace {
  where: string;
  /** some characters before and after */
  text: string;
}

/** Every column of every table, those of tables to come too, also where it is binary. */
export async function tracesInDatabase(url: string, secrets: string[]): Promise<Trace[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ place: string; name: string; column: string }>(
      `SELECT format('%I.%I', spaces.nspname, tables.relname) AS place, tables.relname AS name,
         format('%I', attributes.attname) AS column
       FROM pg_class tables JOIN pg_namespace spaces ON spaces.oid = tables.relnamespace
       JOIN pg_attribute attributes ON attributes.attrelid = tables.oid
       WHERE tables.relkind IN ('r', 'p', 'm') AND attributes.attnum > 0
         AND NOT attributes.attisdropped
         AND spaces.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       ORDER BY tables.relname, attributes.attnum`,
    );
    const traces: Trace[] = [];
    for (const { place, column } of columns) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT substr(value, greatest(strpos(value, form) - 60, 1), 200) AS text
         FROM (SELECT ${column}::text AS value FROM ${place}) AS kept
         CROSS JOIN unnest($1::text[]) AS forms(form)
         WHERE strpos(value, form) > 0 LIMIT 1`,
        [secrets.flatMap(formsOf)],
      );
      traces.push(...rows.map(({ text }) => ({ where: `${place}.${column}`, text })));
    }
    return traces;
  } finally {
    await client.end();
  }
}

export async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** In the names and the content of all files below a folder. */
export function tracesInFolder(folder: string, secrets: string[]): Trace[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const path = join(folder, name);
    const content = statSync(path).isFile() ? readFileSync(path, "latin1") : "";
    return [...tracesInText(path, name, secrets), ...tracesInText(path, content, secrets)];
  });
}

export function tracesInText(where: string, text: string, secrets: string[]): Trace[] {
  return secrets.flatMap(formsOf).flatMap((form) => {
    const at = text.indexOf(form);
    return at === -1 ? [] : [{ where, text: text.slice(Math.max(0, at - 60), at + 140) }];
  });
}

/** As it is, as bytes, and as a header of HTTP has a password. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const login = Buffer.from(`somebody:${secret}`).toString("base64");
  return [secret, bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, ""), login];
}
