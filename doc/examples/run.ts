// npm run example: a throwaway service, one request on the example data, its results as a table, and everything stopped again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { Longshore } from "../../src/client/client.ts";
import { childEnvironment } from "../../src/config.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = fileURLToPath(new URL("../../dist/client/cli/main.js", import.meta.url));
const selection =
  "select location, year(date) as year, count(*) as days, max(temp_max) as warmest, round(sum(precipitation), 1) as rain from input group by all";

const folder = mkdtempSync(join(tmpdir(), "longshore-example-"));
// As root the database runs under another account, which must be able to pass through.
chmodSync(folder, 0o711);
let service: ChildProcess | undefined;
try {
  say("Starting a throwaway service …");
  service = start(join(folder, "data"));
  const url = await readyUrl(service);
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
} finally {
  if (service && service.exitCode === null) {
    service.kill("SIGTERM");
    await once(service, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
  say("The service is stopped and its folder removed.");
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function start(dataDir: string): ChildProcess {
  return spawn(process.execPath, [program, "start"], {
    env: {
      ...childEnvironment(),
      DATA_DIR: dataDir,
      PORT: "0",
      S3_PORT: "0",
      INPUT_ROOTS: here,
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("The service has no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Longshore is ready at ([^\s,]+)/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error("The service ended before it was ready; what it said stands above.");
}

async function tableOf(results: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const table = await connection.runAndReadAll(
    `SELECT * FROM read_parquet('${results.replaceAll("'", "''")}/*.parquet') ORDER BY location, year`,
  );
  return table.getRowObjectsJson();
}
