import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";

export interface DuckDbBounds {
  memoryMegabytes: number;
  threads: number;
  /** the only files it can reach, by these very names */
  allowedPaths: string[];
}

/**
 * A DuckDB in memory that reaches no file but those allowed, no network and no extension.
 * `lock_configuration` is left to set, after the input.
 */
export async function openDuckDb({
  memoryMegabytes,
  threads,
  allowedPaths,
}: DuckDbBounds): Promise<{ connection: DuckDBConnection; close(): void }> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${memoryMegabytes}MB`,
    // Else an allowed ./.tmp appears
    temp_directory: "",
    autoload_known_extensions: "false",
    autoinstall_known_extensions: "false",
    allow_community_extensions: "false",
    allow_unsigned_extensions: "false",
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_paths = [${allowedPaths.map(quoted).join(", ")}]`);
  await connection.run("SET enable_external_access = false");
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
