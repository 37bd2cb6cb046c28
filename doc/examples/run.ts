// npm run example: a throwaway service, one request on the example data, its results as a table, and everything stopped again.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { Longshore } from "../../src/client/client.ts";
import { say, withService } from "./throwaway.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const selection =
  "select location, year(date) as year, count(*) as days, max(temp_max) as warmest, round(sum(precipitation), 1) as rain from input group by all";

await withService({ INPUT_ROOTS: here }, async ({ url, folder }) => {
  say(`It is ready at ${url}. The request: ${selection}`);

  const client = new Longshore({ url });
  const files = readdirSync(here)
    .filter((name) => name.endsWith(".parquet"))
    .map((name) => join(here, name));
  const steps = [{ operation: "transform", selection, format: "parquet" }] as const;
  const request = await client.submit({ title: "example", dataset: { files }, steps: [...steps] });
  const ended = await client.wait(request.id, {
    onProgress: ({ state, counters }) =>
      say(`${state}: ${counters.done} of ${counters.total} files`),
  });
  const results = join(folder, "results");
  const downloaded = await client.download(request.id, results);
  say(`${ended.state}: ${downloaded.length} results`);
  console.table(await tableOf(results));
});

async function tableOf(results: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const table = await connection.runAndReadAll(
    `SELECT * FROM read_parquet('${results.replaceAll("'", "''")}/*.parquet') ORDER BY location, year`,
  );
  return table.getRowObjectsJson();
}
