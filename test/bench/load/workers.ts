// Workers played by one process, each on a connection of its own: claim, report, again, until the
// request has ended. A fifth of the reports is said twice, half of these in the same call and half
// in one of their own.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "../row.ts";
import { type Connection, openConnection } from "./connection.ts";

export interface WorkersJob {
  url: string;
  request: string;
  workers: number;
  perCall: number;
  duplicates: number;
}

export interface WorkersResult {
  seconds: number;
  claimed: number;
  calls: number;
  answers: Record<string, number>;
  claimP50: number;
  claimP99: number;
  reportP50: number;
  reportP99: number;
  /** workers that got any work */
  busy: number;
}

interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

const final = ["complete", "failed", "canceled"];
const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as WorkersJob;
const claims: number[] = [];
const reports: number[] = [];
const answers: Record<string, number> = {};
let claimed = 0;
let busy = 0;
let over = false;

const watcher = await openConnection(job.url);
const connections = await Promise.all(
  Array.from({ length: job.workers }, () => openConnection(job.url)),
);
const started = performance.now();
const working = connections.map((connection, index) => work(connection, `sim-${index}`));
while (!over) {
  await pause(100);
  over = final.includes(
    (JSON.parse(await watcher.get(`/v1/requests/${job.request}`)) as { state: string }).state,
  );
}
const seconds = (performance.now() - started) / 1000;
watcher.close();
for (const connection of connections) connection.close();
await Promise.all(working);
const result: WorkersResult = {
  seconds,
  claimed,
  calls: claims.length + reports.length,
  answers,
  claimP50: percentile(claims, 0.5),
  claimP99: percentile(claims, 0.99),
  reportP50: percentile(reports, 0.5),
  reportP99: percentile(reports, 0.99),
  busy,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

async function work(connection: Connection, worker: string): Promise<void> {
  const call = async <Answer>(path: string, body: string, times: number[]): Promise<Answer> => {
    const sent = performance.now();
    const answer = JSON.parse(await connection.post(path, body)) as Answer;
    times.push(performance.now() - sent);
    return answer;
  };
  const say = async (said: string[]) => {
    for (let start = 0; start < said.length; start += job.perCall) {
      const reported = said.slice(start, start + job.perCall).join(",");
      const body = `{"worker":"${worker}","reports":[${reported}]}`;
      const { answers: got } = await call<{ answers: string[] }>("/v1/work/reports", body, reports);
      for (const one of got) answers[one] = (answers[one] ?? 0) + 1;
    }
  };
  const ask = JSON.stringify({
    worker,
    request: job.request,
    operations: ["noop"],
    max: job.perCall,
    wait_seconds: 10,
  });
  let mine = 0;
  try {
    while (!over) {
      const { tasks } = await call<{ tasks: Task[] }>("/v1/work/claim", ask, claims);
      if (tasks.length && !mine) busy++;
      mine += tasks.length;
      claimed += tasks.length;
      for (const reports of successesOf(tasks)) await say(reports);
    }
  } catch (error) {
    // The request ended, and with it the connections of those that still waited for work.
    if (!over) throw error;
  }
}

/** Every task once, and of some the duplicate: in the same call or in a later one. */
function successesOf(tasks: Task[]): [string[], string[]] {
  const first: string[] = [];
  const later: string[] = [];
  for (const { request, file, step, attempt } of tasks) {
    const report = JSON.stringify({ request, file, step, attempt, status: "success" });
    first.push(report);
    if (Math.random() < job.duplicates) (Math.random() < 0.5 ? first : later).push(report);
  }
  return [first, later];
}
