// Reports the success of running files over HTTP, each connection sending its next call when the
// last was answered.
import { readFileSync } from "node:fs";
import { percentile } from "../row.ts";
import { openConnection } from "./connection.ts";

export interface ReportsJob {
  url: string;
  connections: number;
  perCall: number;
  request: string;
  files: { file: number; results?: { name: string; size: number; checksum: string }[] }[];
}

export interface ReportsResult {
  seconds: number;
  recorded: number;
  p50: number;
  p99: number;
}

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as ReportsJob;
const bodies: string[] = [];
for (let start = 0; start < job.files.length; start += job.perCall) {
  const reports = job.files.slice(start, start + job.perCall).map(({ file, results }) => ({
    request: job.request,
    file,
    step: 1,
    attempt: 1,
    status: "success",
    results,
  }));
  bodies.push(JSON.stringify({ worker: `bench-${start % job.connections}`, reports }));
}
const connections = await Promise.all(
  Array.from({ length: job.connections }, () => openConnection(job.url)),
);
const latencies: number[] = [];
let recorded = 0;
const started = performance.now();
await Promise.all(
  connections.map(async (connection) => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const sent = performance.now();
      const answer = await connection.post("/v1/work/reports", body);
      latencies.push(performance.now() - sent);
      recorded += answer.split('"recorded"').length - 1;
    }
    connection.close();
  }),
);
const seconds = (performance.now() - started) / 1000;
const result: ReportsResult = {
  seconds,
  recorded,
  p50: percentile(latencies, 0.5),
  p99: percentile(latencies, 0.99),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
