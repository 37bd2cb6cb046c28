// The client of people is made in every clone, by a program that asks nobody anything.
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProgram } from "../support/cli.ts";
import { cloneInto, installInto } from "../support/clone.ts";
import { temporaryFolder } from "../support/folder.ts";

let folder: string;
let clone: string;

beforeAll(() => {
  folder = temporaryFolder("prisma-client");
  clone = join(folder, "clone");
  cloneInto(clone);
  installInto(clone);
  // In every program of the test, a connection to anybody is noted and fails.
  writeFileSync(
    join(folder, "no-network.mjs"),
    `import { appendFileSync } from "node:fs";
     import net from "node:net";
     net.Socket.prototype.connect = function (...given) {
       appendFileSync(${JSON.stringify(join(folder, "connected"))}, JSON.stringify(given));
       throw new Error("no network");
     };`,
  );
  writeFileSync(join(folder, "connected"), "");
});

afterAll(() => rmSync(folder, { recursive: true }));

const make = () =>
  startProgram(process.execPath, [".ci/prisma-client.mjs"], {
    cwd: clone,
    env: {
      ...process.env,
      HOME: folder,
      NODE_OPTIONS: `--import ${pathToFileURL(join(folder, "no-network.mjs"))}`,
    },
  }).ended;

const made = () => join(clone, "generated", "client", "client.js");

test("two builds at once make it without a network, and a third finds it there", async () => {
  const both = await Promise.all([make(), make()]);
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  const { ino } = statSync(made());
  expect((await make()).code).toBe(0);
  expect(statSync(made()).ino).toBe(ino);
  expect(readFileSync(join(folder, "connected"), "utf8")).toBe("");
  const { PrismaClient } = await import(made());
  expect(() => new PrismaClient({})).toThrow(/adapter/);
});

test("another schema makes another client, and a wrong one leaves the last", async () => {
  const schema = join(clone, "prisma", "schema.prisma");
  appendFileSync(schema, "model later_table {\n  id Int @id\n}\n");
  expect((await make()).code).toBe(0);
  const list = join(clone, "generated", "client", "models.d.ts");
  expect(readFileSync(list, "utf8")).toContain("later_table");
  appendFileSync(schema, "model {");
  const { code, stderr } = await make();
  expect(code).not.toBe(0);
  expect(stderr).toContain("schema.prisma");
  expect(readFileSync(list, "utf8")).toContain("later_table");
});
