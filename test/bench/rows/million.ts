import { until } from "../../support/wait.ts";
import { call, type RequestView, read } from "../api.ts";
import type { Bench, BenchService } from "../bench.ts";
import { openConnection } from "../load/connection.ts";
import { runLoad } from "../load/start.ts";
import type { WorkersJob, WorkersResult } from "../load/workers.ts";
import { forgetPeak, peakMegabytes } from "../processes.ts";
import { type Measured, percentile, type Row } from "../row.ts";
import { timed } from "../timed.ts";

const few = 10_000;
const smallRequests = 10;
const chunk = 1000;

export const million: Row = {
  name: "million",
  comparedWithBare: true,
  about:
    "A finder of others sends a request's files a thousand a call, 64 workers claim and " +
    "report them from the first on, and the status is read every 20 ms; once with a million " +
    "files, and in a service of its own with ten requests of 10,000 one after the other, so " +
    "that both have met the same load. Memory is the service's peak.",
  limits:
    "two cores, that service, Postgres, finder and workers share: the read is one statement " +
    "by key, and the slow ones wait for their turn; the reader shares its process with the " +
    "finder, which adds to them.",
  async measure(bench: Bench): Promise<Measured[]> {
    const many = bench.quick ? 100_000 : 1_000_000;
    const small = await run(bench, few, smallRequests);
    const large = await run(bench, many, 1);
    return [
      {
        what: `memory from ${few.toLocaleString("en")} to ${many.toLocaleString("en")} files`,
        value: large.peak - small.peak,
        unit: "MB",
        must: { atMost: 50 },
        details: {
          [`peak of ${few}`]: small.peak.toFixed(0),
          [`peak of ${many}`]: large.peak.toFixed(0),
        },
      },
      {
        what: `status read of the ${many.toLocaleString("en")}-file request under ingest, p99`,
        value: percentile(large.reads, 0.99),
        unit: "ms",
        must: { atMost: 50 },
        details: {
          reads: large.reads.length,
          "p50 ms": percentile(large.reads, 0.5).toFixed(1),
          ...large.usage,
        },
      },
      {
        what: `${many.toLocaleString("en")} files from the first to complete`,
        value: many / large.seconds,
        unit: "/s",
        filesPerSecond: many / large.seconds,
      },
    ];
  },
};

async function run(bench: Bench, files: number, requests: number) {
  const service = await bench.service({ VALID_DID_SCHEMES: "bench" });
  try {
    forgetPeak(service.pid);
    let last = await work(bench, service, `bench://${files}/0`, files);
    for (let n = 1; n < requests; n++)
      last = await work(bench, service, `bench://${files}/${n}`, files);
    return { ...last, peak: peakMegabytes(service.pid) };
  } finally {
    await service.remove();
  }
}

async function work(bench: Bench, service: BenchService, did: string, files: number) {
  const ask = { dataset: { did }, steps: [{ operation: "noop" }], workers: 2000 };
  const { id, dataset } = await call<RequestView & { dataset: { id: string } }>(
    service.url,
    "/v1/requests",
    ask,
  );
  const job: WorkersJob = {
    url: service.url,
    request: id,
    workers: 64,
    perCall: 100,
    duplicates: 0,
  };
  const reading = new AbortController();
  const reads = readStatus(service, id, reading.signal);
  const { seconds, usage } = await timed(bench, service, () =>
    Promise.all([
      find(service, dataset.id, files),
      runLoad<WorkersJob, WorkersResult>("workers", job, 900),
    ]),
  );
  reading.abort();
  const view = await read(service.url, id);
  if (view.state !== "complete" || view.counters.done !== files)
    throw new Error(`${id} is ${view.state} with ${view.counters.done} of ${files} done.`);
  return { seconds, usage, reads: await reads };
}

/** Plays a finder of ServiceX's kind. */
async function find({ url }: BenchService, dataset: string, files: number): Promise<void> {
  for (let start = 0; start < files; start += chunk) {
    const some = Array.from({ length: Math.min(chunk, files - start) }, (_, index) => ({
      paths: [
        `root://eos.example//data/run3/period${(start + index) % 97}/file.${start + index}.root`,
      ],
      adler32: "0",
      file_size: 1000,
      file_events: 10,
    }));
    await put(`${url}/servicex/internal/transformation/${dataset}/files`, some);
  }
  const summary = {
    files,
    "files-skipped": 0,
    "total-events": 0,
    "total-bytes": 0,
    "elapsed-time": 0,
  };
  await put(`${url}/servicex/internal/transformation/${dataset}/complete`, summary);
}

async function put(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function readStatus(
  { url }: BenchService,
  id: string,
  signal: AbortSignal,
): Promise<number[]> {
  const connection = await openConnection(url);
  const took: number[] = [];
  while (!signal.aborted && took.length < 100_000) {
    const asked = performance.now();
    await connection.get(`/v1/requests/${id}`);
    took.push(performance.now() - asked);
    await until(() => signal.aborted || performance.now() - asked >= 20, { everyMilliseconds: 5 });
  }
  connection.close();
  return took;
}
