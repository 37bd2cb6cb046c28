// Reports over HTTP, durable before the answer.
import { claimAll, ended, submit } from "../api.ts";
import type { Bench, BenchService } from "../bench.ts";
import type { ReportsJob, ReportsResult } from "../load/reports.ts";
import { runLoad } from "../load/start.ts";
import type { Measured, Row } from "../row.ts";
import { timed } from "../timed.ts";

export const postgresLimits =
  "two cores, that service, Postgres and load generator share. Postgres works more than " +
  "twice as long for a report as for the bare row: it locks the file before it decides, " +
  "looks up the request, writes history that takes no doubles, and grows the counters; the " +
  "service adds a third of that for JSON, schemas and the driver.";

export const httpSingle: Row = {
  name: "single reports",
  comparedWithBare: true,
  about: "One report a call on 200 keep-alive connections, `noop`, each answered after its commit.",
  limits:
    "service, Postgres and load generator wake each other for each report, on two cores: the " +
    "service uses four fifths of one, and a fifth of both is idle. The kernel's write of each " +
    "answer leads the service's profile.",
  measure: (bench) =>
    reports(bench, {
      files: bench.quick ? 20_000 : 100_000,
      connections: 200,
      perCall: 1,
      atLeast: 5_000,
    }),
};

export const httpBatched: Row = {
  name: "batched reports",
  comparedWithBare: true,
  about: "A hundred reports a call on 32 connections, `noop`, each answered after its commit.",
  limits: postgresLimits,
  measure: (bench) =>
    reports(bench, {
      files: bench.quick ? 60_000 : 300_000,
      connections: 32,
      perCall: 100,
      atLeast: 30_000,
    }),
};

export interface Shape {
  files: number;
  connections: number;
  perCall: number;
  atLeast: number;
}

const leastClaimed = 5_000;

type Results = NonNullable<ReportsJob["files"][number]["results"]>;

/**
 * Files are claimed first, while the rest of them is still registered, then reported. `resultsOf`
 * makes what a file's report speaks of.
 */
export async function reports(
  bench: Bench,
  { files, connections, perCall, atLeast }: Shape,
  resultsOf: (
    service: BenchService,
    request: string,
    files: number[],
  ) => Promise<Results[]> = async () => [],
): Promise<Measured[]> {
  const service = await bench.service();
  try {
    const request = await submit(service.url, files);
    const claims = await timed(bench, service, () => claimAll(service.url, request, files));
    const ids = claims.result.map(({ file }) => file);
    const results = await resultsOf(service, request, ids);
    const job: ReportsJob = {
      url: service.url,
      connections,
      perCall,
      request,
      files: ids.map((file, at) => {
        const made = results[at];
        return made ? { file, results: made } : { file };
      }),
    };
    const { result, usage } = await timed(bench, service, () =>
      runLoad<ReportsJob, ReportsResult>("reports", job, 300),
    );
    if (result.recorded !== files)
      throw new Error(`${result.recorded} of ${files} reports were recorded.`);
    await ended(service.url, request, 60);
    const rate = files / result.seconds;
    const times = {
      seconds: result.seconds.toFixed(1),
      "p50 ms": result.p50.toFixed(1),
      "p99 ms": result.p99.toFixed(1),
    };
    return [
      {
        what: "files claimed, 1,000 a call, two calls at once",
        value: files / claims.seconds,
        unit: "/s",
        must: { atLeast: leastClaimed },
        filesPerSecond: files / claims.seconds,
        details: claims.usage,
      },
      {
        what:
          perCall === 1
            ? `one report a call, ${connections} connections`
            : `${perCall} reports a call, ${connections} connections`,
        value: rate,
        unit: "/s",
        must: { atLeast },
        filesPerSecond: rate,
        details: { ...usage, ...times, ...(await batches(service.url)) },
      },
    ];
  } finally {
    await service.remove();
  }
}

/** What the service says of its batches. */
async function batches(url: string): Promise<Record<string, string>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string) =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  const count = value("longshore_report_batch_rows_count");
  return {
    "rows a batch": (value("longshore_report_batch_rows_sum") / count).toFixed(0),
    "ms a batch": ((value("longshore_report_batch_seconds_sum") / count) * 1000).toFixed(1),
  };
}
