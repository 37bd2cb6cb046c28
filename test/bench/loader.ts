// The load, as a process of its own so that it does not share the service's thread. Prints one JSON line.
import { Agent, request, setGlobalDispatcher } from "undici";

export interface LoaderInput {
  url: string;
  id: string;
  /** connections at once */
  connections: number;
  /** reports a call */
  batch: number;
  /** share of reports that are said twice */
  duplicates: number;
  /** all files are claimed first, and only the reports are timed */
  claimFirst: boolean;
  /** names of workers that take turns */
  workers: number;
  files: number;
}

export interface LoaderOutput {
  seconds: number;
  recorded: number;
  sent: number;
  p50: number;
  p99: number;
}

interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

const input = JSON.parse(process.argv[2] ?? "{}") as LoaderInput;
setGlobalDispatcher(new Agent({ connections: input.connections, pipelining: 1, headersTimeout: 120_000 }));
const took: number[] = [];
let recorded = 0;
let sent = 0;
let named = 0;

const claimed = input.claimFirst ? await claimAll() : [];
const started = performance.now();
if (input.claimFirst) await reportAll(claimed);
else await Promise.all(Array.from({ length: input.connections }, claimAndReport));
const seconds = (performance.now() - started) / 1000;
took.sort((a, b) => a - b);
const at = (share: number) => took[Math.min(Math.floor(took.length * share), took.length - 1)] ?? Number.NaN;
const output: LoaderOutput = { seconds, recorded, sent, p50: at(0.5), p99: at(0.99) };
process.stdout.write(`${JSON.stringify(output)}\n`);

async function claimAll(): Promise<Task[]> {
  const all: Task[] = [];
  while (all.length < input.files) all.push(...(await claim("w", 1000)));
  return all;
}

async function reportAll(tasks: Task[]): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < tasks.length) {
      const some = tasks.slice(next, next + input.batch);
      next += input.batch;
      await report("w", some);
    }
  };
  await Promise.all(Array.from({ length: input.connections }, work));
}

/** Each turn is another worker's: takes at most a call's worth, reports it, some of it twice. */
async function claimAndReport(): Promise<void> {
  while (recorded < input.files) {
    const worker = `w${named++ % input.workers}`;
    const tasks = await claim(worker, input.batch);
    if (tasks.length) await report(worker, [...tasks, ...tasks.filter(() => Math.random() < input.duplicates)].slice(0, 1000));
  }
}

async function claim(worker: string, max: number): Promise<Task[]> {
  return (await call<{ tasks: Task[] }>("/v1/work/claim", { worker, request: input.id, max, wait_seconds: 1 })).tasks;
}

async function report(worker: string, tasks: Task[]): Promise<void> {
  const reports = tasks.map(({ request, file, step, attempt }) => ({ request, file, step, attempt, status: "success" }));
  const began = performance.now();
  const { answers } = await call<{ answers: string[] }>("/v1/work/reports", { worker, reports });
  took.push(performance.now() - began);
  sent += answers.length;
  for (const answer of answers) if (answer === "recorded") recorded++;
}

async function call<Answer>(path: string, body: unknown): Promise<Answer> {
  const answer = await request(input.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as Answer;
}
