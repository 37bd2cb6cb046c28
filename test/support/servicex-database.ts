// Databases of ServiceX, as the last migrations of both generations leave them (contract, section
// 7): with their columns and types, and with only the constraints that the contract says they have.
import { createHmac } from "node:crypto";
import pg from "pg";
import { type FreshDatabase, freshDatabase } from "./database.ts";

export interface ServicexDatabase extends FreshDatabase {
  run(text: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  /** every row of every table as text */
  dump(): Promise<string>;
}

const users = `CREATE TABLE users (
  id serial PRIMARY KEY, email varchar(320), name varchar(120), institution varchar(120),
  experiment varchar(120), sub varchar(120), admin boolean, pending boolean,
  refresh_token text, created_at timestamp, updated_at timestamp);`;

const resultColumns = `id serial PRIMARY KEY, did varchar(512), file_id integer,
  file_path varchar(512), request_id varchar(48), transform_status varchar(120),
  transform_time integer, total_events bigint, total_bytes bigint, avg_rate double precision`;

const shared = `id serial PRIMARY KEY, request_id varchar(48) UNIQUE, title varchar(128),
  submit_time timestamp, finish_time timestamp, did varchar(512), selection varchar(10485760),
  tree_name varchar(512), image varchar(128), workers integer, result_destination varchar(32),
  result_format varchar(32), submitted_by integer, total_events bigint, total_bytes bigint,
  did_lookup_time integer, generated_code_cm varchar(128), failure_description varchar(10485760),
  app_version varchar(64), code_gen_image varchar(256)`;

export const tables2022 = `${users}
CREATE TABLE requests (${shared}, columns varchar(1024),
  workflow_name varchar(40) NOT NULL DEFAULT 'selection_codegen', files_skipped integer,
  files integer, status varchar(128));
CREATE TABLE files (id serial PRIMARY KEY, request_id varchar(48), adler32 varchar(48),
  file_size bigint, file_events bigint, paths text);
CREATE TABLE file_status (id serial PRIMARY KEY, file_id integer NOT NULL,
  request_id varchar(48) NOT NULL, status varchar(128) NOT NULL, timestamp timestamp,
  pod_name varchar(128), info varchar(10485760));
CREATE TABLE transform_result (${resultColumns}, messages integer);`;

export const tables2024 = `${users}
CREATE TYPE transformstatus AS ENUM
  ('submitted', 'pending_lookup', 'lookup', 'running', 'complete', 'fatal', 'canceled');
CREATE TABLE datasets (id serial PRIMARY KEY, name varchar(1024) UNIQUE, last_used timestamp,
  last_updated timestamp, did_finder varchar(64), n_files integer, size bigint, events bigint,
  lookup_status varchar(16));
CREATE TABLE requests (${shared}, did_id integer, files integer NOT NULL DEFAULT 0,
  files_completed integer NOT NULL DEFAULT 0, files_failed integer NOT NULL DEFAULT 0,
  status transformstatus, transformer_language varchar(256), transformer_command varchar(256));
CREATE TABLE files (id serial PRIMARY KEY, dataset_id integer, adler32 varchar(48),
  file_size bigint, file_events bigint, paths text);
CREATE TABLE transform_result (${resultColumns});`;

export async function servicexDatabase(generation: "2022" | "2024"): Promise<ServicexDatabase> {
  const database = await freshDatabase({ empty: true });
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  const run = async (text: string, params?: unknown[]) => (await pool.query(text, params)).rows;
  const [tables, head] =
    generation === "2022" ? [tables2022, "79d404108ebe"] : [tables2024, "v1_3_0"];
  await run(`${tables} CREATE TABLE alembic_version (version_num varchar(32));`);
  await run("INSERT INTO alembic_version VALUES ($1)", [head]);
  return {
    ...database,
    run,
    async dump() {
      const named = await run(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = " +
          "'public'::regnamespace ORDER BY 1",
      );
      const all = await Promise.all(
        named.map(({ name }) => run(`SELECT xmin, ctid, t.* FROM ${name} t ORDER BY ctid`)),
      );
      return JSON.stringify(all);
    },
    async drop() {
      await pool.end();
      await database.drop();
    },
  };
}

/** A token as ServiceX signs it, with claims of its own. */
export function servicexToken(
  key: string,
  claims: Record<string, unknown>,
  { alg = "HS256", hash = "sha256" } = {},
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  const common = { fresh: false, iat: now, nbf: now, csrf: "c" };
  const signed = `${part({ alg, typ: "JWT" })}.${part({ ...common, ...claims })}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest("base64url")}`;
}
