// Makes the example data from tables of the npm package vega-datasets: npx tsx doc/examples/make.ts
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// The package exports its loader only, and the loader fetches; the tables are read where they lie.
const source = (table: string) => here(`../../node_modules/vega-datasets/data/${table}`);

const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await instance.connect();

await connection.run(`CREATE TABLE weather AS SELECT * FROM read_csv('${source("weather.csv")}')`);
for (const [location, year] of await rowsOf(
  "SELECT DISTINCT location, year(date) FROM weather ORDER BY ALL",
)) {
  const file = `${String(location).toLowerCase().replaceAll(" ", "-")}-${year}.parquet`;
  await write(
    file,
    `SELECT * FROM weather WHERE location = '${location}' AND year(date) = ${year} ORDER BY date`,
  );
}

await connection.run(
  `CREATE TABLE birdstrikes AS SELECT * FROM read_csv('${source("birdstrikes.csv")}')`,
);
for (const [year] of await rowsOf(
  `SELECT DISTINCT year("Flight Date") FROM birdstrikes ORDER BY ALL`,
)) {
  await write(
    `birdstrikes/${year}.parquet`,
    `SELECT * FROM birdstrikes WHERE year("Flight Date") = ${year} ORDER BY ALL`,
  );
}

async function rowsOf(query: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(query)).getRowsJson();
}

async function write(path: string, select: string): Promise<void> {
  await connection.run(`COPY (${select}) TO '${here(path)}' (FORMAT parquet, COMPRESSION zstd)`);
}
