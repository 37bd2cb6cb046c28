import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { openDb } from "../../src/db/client.ts";
import { audit } from "../../src/requests/audit/audit.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const script = fileURLToPath(new URL("./outside-script.ts", import.meta.url));
const workers: ChildProcess[] = [];
let service: Service;

beforeAll(async () => {
  service = await startService({
    RUNNER: "external",
    OPERATIONS: "noop",
    LEASE_SECONDS: "2",
    SWEEP_SECONDS: "0.5",
  });
});
afterAll(async () => {
  await Promise.all(workers.map(kill));
  await service.remove();
});

function work(name: string): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", script, service.url, name], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  workers.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

test("an outside worker that dies in the middle of 10,000 files and comes back under another name leaves none behind", async () => {
  const client = new Longshore({ url: service.url });
  const files = Array.from({ length: 10_000 }, (_, index) => `/far/away/${index}`);
  const { id } = await client.submit({ dataset: { files }, steps: [{ operation: "noop" }] });
  const first = work("first");
  await until(async () => (await client.get(id)).counters.done >= 3000, { timeoutSeconds: 60 });
  await kill(first);
  work("second");
  const ended = await until(
    async () => {
      const request = await client.get(id);
      return request.state === "complete" ? request : undefined;
    },
    { timeoutSeconds: 120, everyMilliseconds: 200 },
  );
  expect(ended.counters).toMatchObject({ total: 10_000, done: 10_000, failed: 0 });
  const db = openDb({ url: service.databaseUrl ?? "", applicationName: "auditor", max: 2 });
  const books = await audit(
    db,
    { head: async () => undefined },
    { fileAttempts: 3, operationsWithOutputs: [] },
  );
  const names = await db.query<{ pod_name: string }>(
    "SELECT DISTINCT pod_name FROM file_status WHERE status = 'success' ORDER BY 1",
  );
  await db.close();
  expect(books.violations).toEqual([]);
  expect(names.map((row) => row.pod_name)).toEqual(["first", "second"]);
}, 240_000);
