// Prisma's own schema engine, driven directly: its command line needs a binary that npm does not
// ship.
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { MigrationList, SchemaEngine, SchemasContainer } from "@prisma/schema-engine-wasm";
import pg from "pg";
import { dropDatabase, onServer } from "./on-server.ts";

/** An engine that looks at one database; it makes and drops a shadow database beside it. */
export async function openSchemaEngine(
  databaseUrl: string,
  datamodel?: SchemasContainer,
): Promise<SchemaEngine> {
  const { SchemaEngine } = await loadEngine();
  const datamodels = datamodel?.files.map(({ path, content }): [string, string] => [path, content]);
  return SchemaEngine.new(
    { datamodels },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapterFactory(databaseUrl)),
  );
}

/** A `schema.prisma` as the engine takes it. */
export function readDatamodel(path: string): SchemasContainer {
  return { files: [{ path, content: readFileSync(path, "utf8") }] };
}

/** A folder of migrations as the engine takes it. */
export function readMigrationList(folder: string): MigrationList {
  const lockfile = join(folder, "migration_lock.toml");
  const names = readdirSync(folder).filter((name) =>
    existsSync(join(folder, name, "migration.sql")),
  );
  return {
    baseDir: folder,
    lockfile: {
      path: "migration_lock.toml",
      content: existsSync(lockfile) ? readFileSync(lockfile, "utf8") : null,
    },
    shadowDbInitScript: "",
    migrationDirectories: names.sort().map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(folder, name, "migration.sql"), "utf8") },
      },
    })),
  };
}

let loaded: Promise<typeof import("@prisma/schema-engine-wasm")> | undefined;

/** Once a process: the glue code has room for one instance. */
function loadEngine(): Promise<typeof import("@prisma/schema-engine-wasm")> {
  loaded ??= instantiate();
  return loaded;
}

/** Node loads no WebAssembly by `import` yet, so the package's own entry is taken apart. */
async function instantiate(): Promise<typeof import("@prisma/schema-engine-wasm")> {
  const entry = createRequire(import.meta.url).resolve(
    "@prisma/schema-engine-wasm/schema_engine_bg",
  );
  const glue = await import(entry);
  const bytes = readFileSync(entry.replace(/\.js$/, ".wasm"));
  Reflect.set(globalThis, "PRISMA_WASM_PANIC_REGISTRY", {
    set_message: (message: string) => {
      throw new Error(message);
    },
  });
  const { instance } = await assembly.instantiate(bytes, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return glue;
}

/** The part of `WebAssembly` used here: TypeScript declares it with the browser's names only. */
interface Assembly {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, (() => void) | undefined> } }>;
}

const assembly = Reflect.get(globalThis, "WebAssembly") as Assembly;

function adapterFactory(databaseUrl: string): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => connect(databaseUrl, async () => undefined),
    connectToShadowDb: async () => {
      const name = `shadow_${randomUUID().replaceAll("-", "")}`;
      await onServer(databaseUrl, `CREATE DATABASE ${name}`);
      const url = new URL(databaseUrl);
      url.pathname = `/${name}`;
      return connect(url.href, () => dropDatabase(databaseUrl, name));
    },
  };
}

async function connect(url: string, afterwards: () => Promise<void>): Promise<SqlDriverAdapter> {
  const pool = new CatalogPool({ connectionString: url, max: 4 });
  pool.on("error", () => undefined);
  const adapter = await new PrismaPg(pool).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const column of characterColumns.get(result.rows) ?? [])
      result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
  // Prisma's adapter splits scripts at every semicolon, also within a comment or a function's body.
  adapter.executeScript = async (script) => {
    await pool.query(script);
  };
  adapter.dispose = async () => {
    await pool.end();
    await afterwards();
  };
  return adapter;
}

/**
 * The catalog's types that Prisma's adapter refuses: `"char"` and `name`, also in arrays. They
 * arrive as text anyway.
 */
const readAs: Record<number, number> = { 18: 25, 19: 25, 1003: 1009 };
const singleCharacter = 18;
const characterColumns = new WeakMap<unknown[][], number[]>();

class CatalogPool extends pg.Pool {
  override async query(...asked: unknown[]): Promise<never> {
    const result: pg.QueryArrayResult = await Reflect.apply(super.query, this, asked);
    const fields = result.fields ?? [];
    const found = fields.flatMap((field, at) => (field.dataTypeID === singleCharacter ? [at] : []));
    if (found.length > 0) characterColumns.set(result.rows, found);
    for (const field of fields) field.dataTypeID = readAs[field.dataTypeID] ?? field.dataTypeID;
    return result as never;
  }
}
