// schemathesis over the service's own document: thousands of calls, each answered as the document
// says, and never with a 500. /healthz never waits for long meanwhile.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { childEnvironment } from "../../src/config.ts";
import { venv } from "../clients/venv.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { type HealthLap, watchHealth } from "../support/watch-health.ts";
import { playWorker } from "./worker.ts";

/** FUZZ_SEED=<n> npm run fuzz: other calls */
const seed = Number(process.env.FUZZ_SEED ?? 1);
const leastCalls = 5_000;
const mostRounds = 8;
/** Each is a process of its own: threads of Python wait for each other. */
const halves = [
  ["--include-method", "GET"],
  ["--exclude-method", "GET"],
];
/** of /healthz on another connection */
const longestMilliseconds = 1_000;

let service: Service;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder("fuzz");
  service = await startService({
    RUNNER: "external",
    OPERATIONS: "transform,noop",
    INPUT_ROOTS: folder,
    LOG_LEVEL: "warn",
  });
});
afterAll(async () => {
  await service?.remove();
  rmSync(folder, { recursive: true });
});

test(`${leastCalls} calls made from the document are answered as it says (seed ${seed})`, async () => {
  const player = playWorker(service.url);
  const health = watchHealth(service);
  let lap: HealthLap;
  try {
    const known = await someRequests();
    const before = total(await calls()) - player.calls();
    const made = async () => total(await calls()) - player.calls() - before;
    let phases = "examples,coverage,fuzzing";
    for (let round = 0; round < mostRounds && (await made()) < leastCalls; round++) {
      const ended = await Promise.all(
        halves.map((half) => schemathesis(known, [...half, "--phases", phases], seed + round)),
      );
      for (const { code, output } of ended) expect(code, output).toBe(0);
      phases = "fuzzing";
    }
    const all = await made();
    process.stdout.write(`${all} calls were made\n`);
    expect(all).toBeGreaterThanOrEqual(leastCalls);
  } finally {
    await player.stop();
    lap = await health.stop();
  }
  const { worstMilliseconds, heldMilliseconds, calls: asked } = lap;
  const [worst, held] = [worstMilliseconds, heldMilliseconds].map(Math.round);
  process.stdout.write(
    `/healthz on another connection: at most ${worst} ms in ${asked} calls; at most ${held} ms ` +
      "without the time in which the machine ran something else\n",
  );
  expect(worst).toBeLessThanOrEqual(longestMilliseconds);
  expect([...(await calls())].filter(([status]) => status >= 500)).toEqual([]);
  expect(service.stderr()).not.toContain('"level":50');
});

/** Open and ended ones, some with failures, so that not every call meets an unknown id. */
async function someRequests() {
  const client = new Longshore({ url: service.url });
  const submit = (files: string[]) =>
    client.submit({ dataset: { files }, steps: [{ operation: "noop" }] });
  const names = (kind: string) => Array.from({ length: 20 }, (_, n) => `${kind}-${n}`);
  const ended = await Promise.all(
    Array.from({ length: 20 }, (_, n) => submit(names(n % 2 ? "good" : "fails"))),
  );
  for (const { id } of ended) await client.wait(id);
  const open = await Promise.all(Array.from({ length: 10 }, () => submit(names("kept"))));
  const last = await submit(["good"]);
  await client.wait(last.id);
  const { items } = await client.files(ended[0]?.id ?? "");
  return {
    requests: [...ended, ...open].map(({ id }) => id),
    files: items.map(({ file }) => file),
    ended: last.id,
  };
}

type Known = Awaited<ReturnType<typeof someRequests>>;

async function schemathesis({ requests, files, ended }: Known, chosen: string[], seed: number) {
  const python = await venv("fuzz", ["schemathesis==4.32.5"]);
  const args = [
    ...chosen,
    "--continue-on-failure",
    // A claim may wait for 30 s.
    "--request-timeout",
    "60",
    "--max-examples",
    "60",
  ];
  const child = spawn(
    `${python.slice(0, python.lastIndexOf("/"))}/schemathesis`,
    [
      "--config-file",
      beside("schemathesis.toml"),
      "run",
      `${service.url}/openapi.json`,
      ...args,
      "--seed",
      String(seed),
      "--no-color",
    ],
    {
      cwd: folder,
      env: {
        ...childEnvironment(),
        SCHEMATHESIS_HOOKS: beside("hooks.py"),
        FUZZ_REQUESTS: JSON.stringify(requests),
        FUZZ_FILES: JSON.stringify(files),
        FUZZ_ENDED: ended,
        FUZZ_SEED: String(seed),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = await once(child, "close");
  return { code, output };
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** How many calls the service has answered, by status; without those of /healthz. */
async function calls(): Promise<Map<number, number>> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const found = new Map<number, number>();
  for (const [, status, count] of text.matchAll(
    /^longshore_http_seconds_count\{(?!.*"\/healthz").*status="(\d+)".*\} (\d+)$/gm,
  )) {
    found.set(Number(status), (found.get(Number(status)) ?? 0) + Number(count));
  }
  return found;
}

function total(counts: Map<number, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
