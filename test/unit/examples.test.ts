// The examples of --help, as a shell and Commander take them: nothing is run.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { examples } from "../../src/client/cli/help/examples.ts";
import { makeProgram, runCommand } from "../../src/client/cli/run-command.ts";
import { allOperations } from "../../src/operations/index.ts";
import { temporaryFolder } from "../support/folder.ts";

let folder: string;
beforeAll(() => {
  folder = temporaryFolder("examples");
});
afterAll(() => rmSync(folder, { recursive: true }));

const all = Object.entries(examples).flatMap(([name, lines]) =>
  lines.map((line) => [line, name] as const),
);

test.each(all)("longshore %s can be typed", async (line, name) => {
  const called = await parsed(wordsOf(line));
  expect(`${called.name} `.startsWith(name === "" ? "" : `${name} `)).toBe(true);
  const known = allOperations.map((operation) => operation.name);
  for (const operation of called.operations) expect(known).toContain(operation);
});

test.each([
  ["show 12 --fiel 3", /unknown option/],
  ["shwo 12", /unknown command/],
  ["show", /missing required argument/],
  ["list --state runing", /Allowed choices/],
  ["submit --deadline soon", /time such as/],
])("a wrong example, %s, is found", async (line, problem) => {
  await expect(parsed(wordsOf(line))).rejects.toThrow(problem);
});

test.each([
  ["worker --operations transform,dance", ["transform", "dance"]],
  ["submit --operation dance", ["dance"]],
  ["limits set dance", ["dance"]],
])("the operations of %s are found", async (line, operations) => {
  expect((await parsed(wordsOf(line))).operations).toEqual(operations);
});

describe("in the help", () => {
  test("each command has examples", () => {
    const without = commandsOf(makeProgram()).filter(({ name }) => !examples[name]);
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test.each(Object.keys(examples))("longshore %s --help shows its examples", async (name) => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const words = name === "" ? [] : name.split(" ");
    expect(await runCommand([...words, "--help"])).toBe(0);
    write.mockRestore();
    const shown = written.join("").split("\n");
    for (const line of examples[name] ?? [])
      expect(
        shown.filter((text) => text.startsWith("  ") && text.endsWith(` ${line}`)),
      ).toHaveLength(1);
  });
});

/** What a shell makes of the line; a file that it writes is in the folder of the test. */
function wordsOf(line: string): string[] {
  const script = `longshore() { printf '%s\\0' "$@" >&2; }\nlongshore ${line}`;
  const { status, stderr } = spawnSync("sh", ["-fc", script], { cwd: folder, encoding: "utf8" });
  expect(status).toBe(0);
  return stderr.split("\0").slice(0, -1);
}

/** Which command is called, and the operations that it is given. */
async function parsed(words: string[]): Promise<{ name: string; operations: string[] }> {
  const program = makeProgram();
  const called: { name: string; operations: string[] }[] = [];
  for (const { name, command } of commandsOf(program)) {
    command.configureOutput({ writeErr: () => undefined });
    command.action(() => {
      const { operation = [], operations = [] } = command.opts<Record<string, string[]>>();
      const ofArguments = command.registeredArguments.flatMap((argument, at) =>
        argument.name() === "operation" ? (command.args[at] ?? []) : [],
      );
      called.push({ name, operations: [operation, operations, ofArguments].flat() });
    });
  }
  await program.parseAsync(words, { from: "user" });
  const [only, ...more] = called;
  if (only === undefined || more.length > 0) throw new Error("Not one command was called.");
  return only;
}

function commandsOf(command: Command, name = ""): { name: string; command: Command }[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible
    .filter((below) => below.name() !== "help")
    .flatMap((below) => {
      const words = `${name} ${below.name()}`.trim();
      return [{ name: words, command: below }, ...commandsOf(below, words)];
    });
}
