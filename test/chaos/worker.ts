// A worker that behaves badly, as a process of its own so that it can be killed: it reports twice,
// in any order, late, and of old attempts. What was acknowledged goes to its log (the sender's side
// of invariant I4) only after the answer came.
import { openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Random, seeded } from "./random.ts";

interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

interface Report extends Task {
  status: "start" | "success" | "retry" | "failure";
  error?: { class: string; message: string };
}

const [url = "", name = "", seed = "0", logPath = ""] = process.argv.slice(2);
const random = seeded(Number(seed));
const log = openSync(logPath, "a");
/** reports of the past, said again much later */
const old: Report[] = [];
let unsent: Report[] = [];

process.on("disconnect", () => process.exit(0));

for (;;) {
  try {
    if (!unsent.length) unsent = misreport(await claim(), random);
    if (unsent.length) await send(unsent);
    unsent = [];
  } catch {
    // The service is away: the same reports are sent again until they are answered.
    await pause(100);
  }
}

async function claim(): Promise<Task[]> {
  const { tasks } = await call<{ tasks: Task[] }>("/v1/work/claim", {
    worker: name,
    operations: ["noop"],
    max: random.between(1, 101),
    wait_seconds: 1,
  });
  return tasks;
}

function misreport(tasks: Task[], random: Random): Report[] {
  const reports = tasks.flatMap(({ request, file, step, attempt }): Report[] => {
    // Now and then a worker takes a file and never says anything of it.
    if (random.chance(0.005)) return [];
    const key = { request, file, step, attempt };
    const last: Report = random.chance(0.94) ? { ...key, status: "success" } : fault(key, random);
    const said: Report[] = random.chance(0.3) ? [{ ...key, status: "start" }, last] : [last];
    if (random.chance(0.2)) said.push(last);
    if (random.chance(0.05)) old.push(last, { ...key, status: "success" });
    return said;
  });
  while (old.length > 200 || (old.length && random.chance(0.3))) reports.push(...old.splice(0, 1));
  return random.shuffle(reports);
}

function fault(key: Task, random: Random): Report {
  const status = random.pick(["retry", "retry", "failure"] as const);
  return {
    ...key,
    status,
    error: {
      class: random.pick(["unavailable", "bad_input"]),
      message: `fault of ${key.file} at byte ${random.between(0, 1e6)}`,
    },
  };
}

async function send(reports: Report[]): Promise<void> {
  for (let start = 0; start < reports.length; start += 1000) {
    const some = reports.slice(start, start + 1000);
    const { answers } = await call<{ answers: string[] }>("/v1/work/reports", {
      worker: name,
      reports: some,
    });
    const lines = some.filter(
      (one, index) => answers[index] === "recorded" && one.status !== "start",
    );
    if (lines.length)
      writeSync(
        log,
        lines
          .map(
            ({ request, file, step, attempt, status }) =>
              `${request} ${file} ${step} ${attempt} ${status}\n`,
          )
          .join(""),
      );
  }
}

async function call<Answer>(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
