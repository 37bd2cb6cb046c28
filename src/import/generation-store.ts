// Whose tables a database of ServiceX has.
import { ConfigError } from "../config.ts";

/** ServiceX_App's of 2022, or those of the monorepo of 2024. */
export type Generation = "2022" | "2024";

export type OldRows = (text: string, params?: (string | number)[]) => Promise<unknown[]>;

/** The last migrations of the two (contract, section 7). */
const heads: Record<string, Generation> = { "79d404108ebe": "2022", v1_3_0: "2024" };

/** Rejects for a database that has tables of neither. */
export async function generationOf(rows: OldRows): Promise<Generation> {
  // SQLite's tables were made without migrations.
  const versions = await rows("SELECT version_num AS head FROM alembic_version").catch(() => []);
  const [head] = versions.map((row) => String((row as { head: unknown }).head));
  if (head !== undefined && heads[head] === undefined) throw unknownHead(head);
  const columns: [Generation, string][] = [
    ["2024", "SELECT r.did_id, f.dataset_id FROM requests r, files f LIMIT 1"],
    ["2022", "SELECT r.workflow_name, f.request_id FROM requests r, files f LIMIT 1"],
  ];
  for (const [generation, text] of columns) {
    const found = await rows(text).then(
      () => true,
      () => false,
    );
    if (found) return generation;
  }
  throw new ConfigError(
    "SERVICEX_DATABASE_URL: this database has no tables of ServiceX that can be read.",
  );
}

function unknownHead(head: string): ConfigError {
  const known = Object.entries(heads).map(([name, generation]) => `${name} (${generation})`);
  return new ConfigError(
    `SERVICEX_DATABASE_URL: its migrations end in ${JSON.stringify(head.slice(0, 60))}; ` +
      `${known.join(" and ")} are known. Let ServiceX migrate it to one of these first.`,
  );
}
