// Another user of the same machine reads results where they are stored, or makes the folder in
// which a worker will write its own.
import { chownSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { anotherUid, canBeAnother } from "./as-user.ts";

const inputs = temporaryFolder("inputs");
writeFileSync(join(inputs, "table.csv"), "a\n1\n");
const services: Service[] = [];
afterAll(async () => {
  for (const service of services) await service.remove();
  rmSync(inputs, { recursive: true });
});

async function start(env: Record<string, string>): Promise<Service> {
  const service = await startService({ INPUT_ROOTS: inputs, ...env });
  services.push(service);
  return service;
}

async function submit({ url }: Service): Promise<string> {
  const response = await fetch(`${url}/v1/requests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      dataset: { files: [join(inputs, "table.csv")] },
      steps: [{ operation: "transform", selection: "SELECT * FROM input", format: "csv" }],
    }),
  });
  return ((await response.json()) as { id: string }).id;
}

async function completed({ url }: Service, id: string): Promise<void> {
  await until(
    async () => {
      const view = (await (await fetch(`${url}/v1/requests/${id}`)).json()) as {
        state: string;
        counters: object;
      };
      if (view.state === "complete") expect(view.counters).toMatchObject({ done: 1 });
      return view.state === "complete";
    },
    { timeoutSeconds: 120 },
  );
}

test("no file or folder of the service is open to others", async () => {
  const service = await start({ LOCAL_WORKERS: "1" });
  await completed(service, await submit(service));
  const names = readdirSync(service.dataDir, { recursive: true, encoding: "utf8" });
  expect(names.some((name) => name.endsWith(".csv"))).toBe(true);
  const open = names.filter((name) => {
    const { mode } = statSync(join(service.dataDir, name), { throwIfNoEntry: false }) ?? {};
    return mode !== undefined && (mode & 0o077) !== 0;
  });
  expect(open).toEqual([]);
});

test.runIf(canBeAnother)("a worker uses no folder whose name others can guess", async () => {
  const service = await start({ RUNNER: "external" });
  const name = `victim-${process.pid}`;
  const trap = join(tmpdir(), `longshore-${name}`);
  mkdirSync(trap);
  chownSync(trap, anotherUid, anotherUid);
  const made = statSync(trap);
  const id = await submit(service);
  const worker = startCli(["worker", "--url", service.url, "--name", name], {
    env: { INPUT_ROOTS: inputs, DATA_DIR: service.dataDir },
  });
  try {
    await completed(service, id);
    worker.child.kill("SIGTERM");
    await worker.ended;
    expect(readdirSync(trap)).toEqual([]);
    expect(statSync(trap)).toMatchObject({ ino: made.ino, mtimeMs: made.mtimeMs });
  } finally {
    worker.child.kill("SIGKILL");
    rmSync(trap, { recursive: true });
  }
});
