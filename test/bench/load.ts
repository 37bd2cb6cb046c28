import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { longshoreClient } from "../../src/client/client.ts";
import { openDb } from "../../src/db/client.ts";
import { audit } from "../../src/requests/audit.ts";
import { until } from "../support/wait.ts";
import type { LoaderInput, LoaderOutput } from "./loader.ts";
import type { BenchService } from "./service.ts";

const loader = fileURLToPath(new URL("./loader.ts", import.meta.url));

/** Runs the loader to its end; at most ten minutes. */
export async function load(input: LoaderInput): Promise<LoaderOutput> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", loader, JSON.stringify(input)], { timeout: 600_000 });
  return JSON.parse(stdout) as LoaderOutput;
}

/** A request of so many noop files, all published at once. Answers its id and the seconds until all are registered. */
export async function submitNoop(
  service: BenchService,
  files: number,
): Promise<{ id: string; registeredSeconds: number; submitSeconds: number }> {
  const client = longshoreClient({ url: service.url });
  const started = performance.now();
  const workers = Math.min(Math.ceil(files / 4), 100_000);
  const dataset = { files: Array.from({ length: files }, (_, index) => `/bench/data/run-${index % 97}/file-${index}.parquet`) };
  const { id } = await client.submit({ dataset, steps: [{ operation: "noop" }], workers });
  const submitSeconds = (performance.now() - started) / 1000;
  await until(async () => (await client.get(id)).counters.total >= files, { timeoutSeconds: 300, everyMilliseconds: 100 });
  return { id, submitSeconds, registeredSeconds: (performance.now() - started) / 1000 };
}

export async function completed(service: BenchService, id: string): Promise<number> {
  const client = longshoreClient({ url: service.url });
  const started = performance.now();
  await until(async () => (await client.get(id)).state === "complete", { timeoutSeconds: 300, everyMilliseconds: 20 });
  return (performance.now() - started) / 1000;
}

/** What the auditor finds in the database; these requests have no objects. */
export async function violations(service: BenchService): Promise<string[]> {
  const db = openDb({ url: service.databaseUrl, applicationName: "auditor", max: 1 });
  const found = await audit(db, { head: async () => undefined }, { fileAttempts: 3, makers: [] });
  await db.close();
  return found.violations.map((one) => `${one.invariant} ${one.detail}`);
}
