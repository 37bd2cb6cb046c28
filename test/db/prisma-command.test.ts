// Prisma's command line, as far as it works without a network: npm run prisma.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, startProgram } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { onServer } from "../support/on-server.ts";
import { until } from "../support/wait.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schema = readFileSync(join(root, "prisma", "schema.prisma"), "utf8");

let folder: string;
let other: string;
beforeAll(() => {
  folder = temporaryFolder("prisma-command");
  other = join(folder, "schema.prisma");
});
afterAll(() => rmSync(folder, { recursive: true }));

function prisma(...args: string[]): Running {
  const { PRISMA_SCHEMA_ENGINE_BINARY: _engine, ...env } = process.env;
  return startProgram(process.execPath, [".ci/prisma.mjs", ...args], { cwd: root, env });
}

test("schema.prisma is valid and formatted as Prisma formats it", async () => {
  const [valid, formatted] = [prisma("validate"), prisma("format", "--check")];
  expect(await valid.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/is valid/) });
  expect(await formatted.ended).toMatchObject({ code: 0 });
});

test("a schema that is not is found: what is wrong, and what is not formatted", async () => {
  writeFileSync(other, schema.replace("actor_kind String", "actor_kind Strin"));
  const invalid = await prisma("validate", "--schema", other).ended;
  expect(invalid.code).toBe(1);
  expect(invalid.stderr).toMatch(/Type "Strin" is neither a built-in type/);
  writeFileSync(other, schema.replace("actor_kind String", "actor_kind     String"));
  const checked = await prisma("format", "--check", "--schema", other).ended;
  expect(checked.code).toBe(1);
  expect(await prisma("format", "--schema", other).ended).toMatchObject({ code: 0 });
  expect(readFileSync(other, "utf8")).toBe(schema);
});

test("studio shows a database of ours, and ends when it is told so", async () => {
  const database = await freshDatabase();
  await onServer(database.url, "INSERT INTO users (id, state) VALUES ('ann', 'approved')");
  const [port] = await freePorts(1);
  const options = ["--url", database.url, "--port", String(port), "--browser", "none"];
  const studio = prisma("studio", ...options);
  try {
    const url = await until(() => /http:\/\/localhost:\d+/.exec(studio.stdout())?.[0]);
    const page = await fetch(url.replace("localhost", "127.0.0.1"));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("studio.js")]);
    const query = { sql: "SELECT id, state FROM users", parameters: [] };
    const asked = await fetch(`http://127.0.0.1:${port}/bff`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({ procedure: "query", query }),
    });
    expect([asked.status, await asked.json()]).toEqual([
      200,
      [null, [{ id: "ann", state: "approved" }]],
    ]);
  } finally {
    studio.child.kill("SIGTERM");
  }
  await studio.ended;
  await database.drop();
});

test("what would end well without having done anything is refused", async () => {
  for (const args of [
    ["migrate", "status"],
    ["db", "push"],
  ]) {
    const { code, stderr } = await prisma(...args).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`${args.join(" ")} needs Prisma's engine`);
  }
  const { code, stderr } = await prisma().ended;
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^Usage: npm run prisma -- validate/)]);
});
