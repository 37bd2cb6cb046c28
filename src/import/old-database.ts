// The ServiceX database that is imported: Postgres, or the SQLite file that is ServiceX's default.
// Nothing is ever written to it.
import pg from "pg";
import { ConfigError } from "../config.ts";
import { connectionTo, sessionOptions } from "../db/connection.ts";
import { type Generation, generationOf, type OldRows } from "./generation-store.ts";

export interface OldDatabase {
  generation: Generation;
  /** all of them from one snapshot, where it is a Postgres */
  rows: OldRows;
  close(): Promise<void>;
}

/** Rejects for a database that has tables of neither. */
export async function openOldDatabase(url: string): Promise<OldDatabase> {
  const opened = url.startsWith("sqlite:") ? await openSqlite(url) : await openPostgres(url);
  try {
    const generation = await generationOf(opened.rows);
    await opened.begin();
    return { generation, rows: opened.rows, close: opened.close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

interface Opened {
  rows: OldRows;
  begin(): Promise<unknown>;
  close(): Promise<void>;
}

async function openPostgres(url: string): Promise<Opened> {
  const client = new pg.Client({
    ...connectionTo(url, "longshore import"),
    options: [...sessionOptions, "-c default_transaction_read_only=on", "-c datestyle=ISO"].join(
      " ",
    ),
  });
  client.on("error", () => undefined);
  await client.connect();
  return {
    rows: async (text, params = []) => (await client.query(text, params)).rows,
    begin: () => client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    close: () => client.end(),
  };
}

/** `sqlite:////folder/file`, as SQLAlchemy writes it: an absolute path after three slashes. */
async function openSqlite(url: string): Promise<Opened> {
  const path = decodeURIComponent(url.replace(/^sqlite:(\/\/\/?)?/, ""));
  const { DatabaseSync } = await import("node:sqlite").catch(() => {
    throw new ConfigError(
      "SERVICEX_DATABASE_URL: this Node.js reads no SQLite file; Node.js 22.13 and later do.",
    );
  });
  const database = openFile(() => new DatabaseSync(path, { readOnly: true }), path);
  return {
    rows: async (text, params = []) =>
      database.prepare(text.replaceAll(/\$(\d)/g, "?$1")).all(...params),
    begin: async () => undefined,
    close: async () => database.close(),
  };
}

function openFile<File>(open: () => File, path: string): File {
  try {
    return open();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `SERVICEX_DATABASE_URL: the SQLite file ${path} cannot be opened: ${why}.`,
    );
  }
}
