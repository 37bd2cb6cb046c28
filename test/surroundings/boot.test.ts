// boot.sh, which a laptop and the image start alike, and what it starts.
import { once } from "node:events";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { createServer, connect as dial, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cliEnvironment, type Running, startProgram } from "../support/cli.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let database: FreshDatabase;

/** As a clone has it, with what was built for this run of the tests. */
beforeAll(async () => {
  folder = temporaryFolder("boot");
  for (const name of ["boot.sh", "bin"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(process.env.TEST_BUILT ?? join(root, "dist"), join(folder, "dist"));
  database = await freshDatabase({ empty: true });
});

afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function boot(args: string[], env: Record<string, string> = {}): Running {
  const own = { DATA_DIR: join(folder, "data"), ...env };
  return startProgram(join(folder, "boot.sh"), args, { env: cliEnvironment(own), cwd: folder });
}

/** The database at another port, from now on. */
async function openAt(port: number): Promise<Server> {
  const { hostname, port: from } = new URL(database.url);
  const server = createServer((client) => {
    const there = dial(Number(from), hostname);
    for (const socket of [client, there]) socket.on("error", () => socket.destroy());
    client.pipe(there).pipe(client);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

test("boot.sh lives while it waits for a database, migrates it, starts, and a signal ends it", async () => {
  const [http = 0, postgres = 0] = await freePorts(2);
  const url = new URL(database.url);
  url.port = String(postgres);
  const service = boot(["api", "scheduler"], {
    DATABASE_URL: url.href,
    DATABASE_WAIT_SECONDS: "100",
    PORT: String(http),
    S3_PORT: "0",
  });
  const status = (path: string) =>
    fetch(`http://127.0.0.1:${http}${path}`).then((answer) => answer.status);
  await until(() => service.stderr().includes("It is tried again for 100 seconds"));
  expect([await status("/healthz"), await status("/readyz")]).toEqual([200, 503]);
  const server = await openAt(postgres);
  await until(() => service.stdout().includes("Longshore is ready at"));
  expect(service.stderr()).toContain("migration applied");
  expect(await status("/readyz")).toBe(200);
  service.child.kill("SIGTERM");
  expect((await service.ended).code).toBe(0);
  server.close();
});

test("its words are the roles", async () => {
  const { code, stderr } = await boot(["scheduler", "worker"], { DATABASE_URL: database.url })
    .ended;
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('ROLES is "scheduler,worker", without api'),
  });
});

test("the migrations alone wait for the database too, for as long as is said", async () => {
  const applied = await boot(["migrate"], { DATABASE_URL: database.url }).ended;
  expect([applied.code, applied.stderr]).toEqual([0, "The database is up to date.\n"]);
  const { code, stderr } = await boot(["migrate"], {
    DATABASE_URL: "postgresql://ann:hunter2@127.0.0.1:1/data",
    DATABASE_WAIT_SECONDS: "1",
  }).ended;
  expect(stderr).toContain("cannot be used yet: nothing listens there");
  expect(stderr).toMatch(/\(DATABASE_URL\) cannot be used: nothing listens there[^\n]*\n$/);
  expect([code, stderr.includes("hunter2")]).toEqual([4, false]);
});

test.each([
  [["longshore", "--version"], 0, /^\d+\.\d+\.\d+\n$/],
  [["serve"], 2, /^boot\.sh: "serve" is unknown\. Expected: nothing, roles \(api, scheduler/],
  [["api", "migrate"], 2, /^boot\.sh: "migrate" is unknown/],
  [["migrate", "api"], 2, /^boot\.sh: After migrate there is "api"\. Expected/],
])("boot.sh %j ends with %i", async (args, code, printed) => {
  const ran = await boot(args).ended;
  expect(ran.code).toBe(code);
  expect(ran.stdout + ran.stderr).toMatch(printed);
});
