// The service as a program: start, signals, kills, and what it says when it cannot.
import { once } from "node:events";
import { rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readPostmaster } from "../src/db/embedded/postmaster.ts";
import { runningEmbeddedUrls } from "../src/db/embedded.ts";
import { isRunning } from "../src/live-process.ts";
import { temporaryFolder } from "./support/folder.ts";
import { type Service, startProcess, startService } from "./support/service.ts";
import { until } from "./support/wait.ts";

let service: Service | undefined;
/** Its database is made once: most of a first start. */
let embedded: Service;
/** on a database of the tests' server */
let usual: Service;

beforeAll(async () => {
  [embedded, usual] = await Promise.all([startService({ DATABASE_URL: "" }), startService()]);
});
afterAll(() => Promise.all([embedded?.remove(), usual?.remove()]));
afterEach(async () => {
  await service?.remove();
  service = undefined;
});

test("with nothing set it starts its own database, serves, and leaves nothing running after SIGTERM", async () => {
  const { url, dataDir } = embedded;
  expect(await statusOf(`${url}/readyz`)).toBe(200);
  const postgres = postgresOf(dataDir);
  expect(await embedded.stop()).toBe(0);
  expect(isRunning(postgres)).toBe(false);
  expect(runningEmbeddedUrls(dataDir)).toBeUndefined();
});

test("while its Postgres is killed it is not ready, then it is again", async () => {
  const { url, dataDir } = await startEmbedded();
  process.kill(postgresOf(dataDir), "SIGKILL");
  await until(async () => (await statusOf(`${url}/readyz`)) === 503, {
    what: "readyz to answer 503",
  });
  await until(async () => (await statusOf(`${url}/readyz`)) === 200, {
    what: "readyz to answer 200",
  });
  expect(await embedded.stop()).toBe(0);
});

test("killed with -9 it starts again on its folder, at the same address, with the same Postgres", async () => {
  const { url, dataDir } = await startEmbedded();
  const postgres = postgresOf(dataDir);
  await embedded.kill();
  expect(isRunning(postgres)).toBe(true);
  embedded = await embedded.again();
  expect(embedded.url).toBe(url);
  expect(postgresOf(dataDir)).toBe(postgres);
  expect(await statusOf(`${url}/readyz`)).toBe(200);
});

test("a second service on the folder says so and ends", async () => {
  const { code, stderr } = await refusedStart({
    DATA_DIR: usual.dataDir,
    DATABASE_URL: usual.databaseUrl ?? "",
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(`in use by another service on this machine (process ${usual.pid})`);
  expect(await statusOf(`${usual.url}/readyz`)).toBe(200);
});

test("a taken port ends the start with a sentence, and no Postgres is left behind", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const dataDir = temporaryFolder("taken");
  const { code, stderr, stdout } = await refusedStart({ DATA_DIR: dataDir, PORT: String(port) });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    `Port ${port} of 127.0.0.1 is taken by another program. Stop that one, or choose ` +
      "another port by PORT",
  );
  expect(stdout).toBe("");
  expect(runningEmbeddedUrls(dataDir)).toBeUndefined();
  other.close();
  rmSync(dataDir, { recursive: true });
});

test.each(["/proc/none", "/proc/none/below", import.meta.filename])(
  "DATA_DIR=%s ends the start at once with a sentence",
  async (dataDir) => {
    const { code, stderr, stdout } = await refusedStart({ DATA_DIR: dataDir });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^DATA_DIR is ".*", and no folder can be made there \((ENOENT|it is a file)\).*\. Set it to/m,
    );
  },
);

test.each(["", undefined])(
  "a data folder that vanishes ends service and Postgres with a sentence (DATABASE_URL %j)",
  async (databaseUrl) => {
    const isEmbedded = databaseUrl === "";
    service = isEmbedded ? undefined : await startService();
    const { dataDir, pid, url, stderr } = service ?? embedded;
    const postgres = isEmbedded ? postgresOf(dataDir) : undefined;
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 50 });
    await until(() => !isRunning(pid), { what: "the end" });
    const sentence = `The folder ${dataDir} (DATA_DIR), or its file "lock", was removed`;
    await until(() => stderr().includes(sentence), { what: "the sentence" });
    if (postgres !== undefined) expect(isRunning(postgres)).toBe(false);
    await expect(statusOf(url)).rejects.toThrow();
  },
);

test("a data folder that vanishes while the service still starts ends the start", async () => {
  const dataDir = temporaryFolder("vanishing");
  const { child, output } = startProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: "postgresql://127.0.0.1:1/x",
  });
  const closed = once(child, "close");
  await until(() => output.stderr.includes("cannot be used yet"), { what: "the wait" });
  rmSync(dataDir, { recursive: true });
  await until(() => child.exitCode !== null, { what: "the end" });
  expect((await closed)[0]).toBe(1);
  const [first = ""] = output.stderr.match(/^The folder .*$/gm) ?? [];
  expect(first).toContain(`The folder ${dataDir} (DATA_DIR), or its file "lock", was removed`);
});

test.each([
  [{ RUNNER: "docker" }, 'RUNNER is "docker": allowed is one of local, external, kubernetes.'],
  [
    { RUNNER: "kubernetes" },
    "RUNNER is kubernetes and INTERNAL_URL is not set: set it to the address where pods reach " +
      "the service, such as http://longshore:5000.",
  ],
])("%o ends the start with what is wrong and what is expected", async (env, sentence) => {
  const { code, stderr } = await refusedStart(env);
  expect(code).toBe(2);
  expect(stderr).toBe(`${sentence}\n`);
});

test("a second process with a key and a store of its own ends with the setting's name", async () => {
  const dataDir = temporaryFolder("another");
  const env = {
    DATA_DIR: dataDir,
    DATABASE_URL: usual.databaseUrl ?? "",
  };
  const { code, stderr } = await refusedStart(env);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^SECRET_KEY is not set, and the service on this database signs with another/m,
  );
  rmSync(dataDir, { recursive: true });
});

test("a database that refuses the password ends the start at once, without showing it", async () => {
  const dataDir = temporaryFolder("refused");
  const wrong = new URL(usual.databaseUrl ?? "");
  wrong.password = "hunter2";
  const { code, stderr } = await refusedStart({
    DATA_DIR: dataDir,
    DATABASE_URL: wrong.href,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /The database 127.0.0.1.* \(DATABASE_URL\) cannot be used: password authentication failed/,
  );
  expect(stderr).not.toMatch("hunter2");
  rmSync(dataDir, { recursive: true });
});

test("workers may have a listener of their own", async () => {
  service = await startService({ INTERNAL_PORT: "0" });
  const said =
    service
      .stderr()
      .split("\n")
      .find((line) => line.includes("workers call")) ?? "{}";
  const { url: internal } = JSON.parse(said) as { url: string };
  expect(internal).not.toBe(service.url);
  expect(await statusOf(`${internal}/readyz`)).toBe(200);
});

/** On its folder, after what the last test did. */
async function startEmbedded(): Promise<Service> {
  await embedded.stop();
  embedded = await embedded.again();
  return embedded;
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}

function postgresOf(dataDir: string): number {
  const running = readPostmaster({ data: `${dataDir}/postgres/data` });
  if (running === undefined) throw new Error(`no Postgres runs in ${dataDir}`);
  return running.pid;
}

async function refusedStart(
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { child, output } = startProcess(env);
  const [code] = await once(child, "close");
  return { code, ...output };
}
