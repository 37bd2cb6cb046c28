import { DuckDBInstance } from "@duckdb/node-api";

/** Writes what a SELECT answers to a file, in the format of its ending. */
export async function writeTable(path: string, select: string): Promise<void> {
  const format = /\.csv(\.gz)?$/.test(path)
    ? "csv, header"
    : /json/.test(path)
      ? "json"
      : "parquet";
  await rowsOf(`COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT ${format})`);
}

/** The rows of a query, each as plain JSON values. */
export async function rowsOf(query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
