// A million files in one request, found by a finder of others in chunks: memory, and the status read while reports come in.
import { longshoreClient } from "../../src/client/client.ts";
import { until } from "../support/wait.ts";
import { load } from "./load.ts";
import { type Bench, filesOf, type Measured, quantile } from "./row.ts";
import { type BenchService, startBenchService } from "./service.ts";

const chunk = 1000;
const few = 10_000;

export async function statusRows(bench: Bench): Promise<Measured[]> {
  const service = await startBenchService(bench.databaseServer, { VALID_DID_SCHEMES: "bench" });
  const many = filesOf(bench, 1_000_000);
  try {
    await fill(service, "warm", few);
    const before = await settledMemory(service);
    const started = performance.now();
    const id = await fill(service, "many", many);
    const seconds = (performance.now() - started) / 1000;
    const after = await settledMemory(service);
    const grown = (after - before) / 2 ** 20;

    const reporting = load({
      url: service.url,
      id,
      connections: 8,
      batch: 100,
      files: Math.min(many, 60_000),
      duplicates: 0,
      claimFirst: false,
      workers: 8,
    });
    const reads: number[] = [];
    let ended = false;
    reporting.then(
      () => {
        ended = true;
      },
      () => {
        ended = true;
      },
    );
    while (!ended && reads.length < 20_000) {
      const began = performance.now();
      await (await fetch(`${service.url}/v1/requests/${id}`)).arrayBuffer();
      reads.push(performance.now() - began);
    }
    await reporting;
    const p99 = quantile(reads, 0.99);
    return [
      {
        what: `memory of the service from ${few.toLocaleString("en")} to ${many.toLocaleString("en")} files`,
        must: "+ ≤ 50 MB",
        value: grown,
        unit: "MB",
        passed: grown <= 50,
        note: `${(before / 2 ** 20).toFixed(0)} MB before; registered in ${seconds.toFixed(0)} s, ${chunk} files a call`,
      },
      {
        what: `status read of the ${many.toLocaleString("en")}-file request under ingest, p99`,
        must: "< 50 ms",
        value: p99,
        unit: "ms",
        passed: p99 < 50,
        note: `${reads.length} reads, p50 ${quantile(reads, 0.5).toFixed(1)} ms`,
      },
    ];
  } finally {
    await service.stop();
  }
}

/** Plays a finder: the request waits for its files, which come a thousand a call. */
async function fill(service: BenchService, name: string, files: number): Promise<string> {
  const client = longshoreClient({ url: service.url });
  const { id, dataset } = await client.submit({ dataset: { did: `bench://${name}` }, steps: [{ operation: "noop" }] });
  for (let start = 0; start < files; start += chunk) {
    const some = Array.from({ length: Math.min(chunk, files - start) }, (_, index) => ({
      paths: [`/bench/${name}/run-${(start + index) % 97}/file-${start + index}.root`],
      adler32: "0",
      file_size: 1000,
      file_events: 10,
    }));
    await put(service, `${dataset.id}/files`, some);
  }
  await put(service, `${dataset.id}/complete`, { files, "files-skipped": 0, "total-events": 0, "total-bytes": 0, "elapsed-time": 0 });
  await until(async () => (await client.get(id)).counters.total >= files, { timeoutSeconds: 600, everyMilliseconds: 200 });
  return id;
}

async function put(service: BenchService, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${service.url}/servicex/internal/transformation/${path}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

/** The least of some seconds: what a garbage collection leaves. */
async function settledMemory(service: BenchService): Promise<number> {
  const seen: number[] = [];
  await until(() => seen.push(service.memory()) >= 25, { everyMilliseconds: 200 });
  return Math.min(...seen);
}
