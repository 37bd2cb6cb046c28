import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withExitCodes } from "../../doc/generate/exit-codes.ts";
import { exitRows, exitSentence, exits } from "../../src/client/cli/exit-codes.ts";
import { makeProgram } from "../../src/client/cli/run-command.ts";

const root = new URL("../../", import.meta.url);
const pageOf = (path: string) => readFileSync(new URL(path, root), "utf8");
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

test("the table of doc/command-line.md is current: npm run generate", () => {
  const page = pageOf("doc/command-line.md");
  expect(withExitCodes(page)).toBe(page);
  for (const code of Object.values(exits)) expect(page).toContain(`\n| ${code} | `);
});

test("README.md names each code as the command line does", () => {
  expect(oneLine(pageOf("README.md"))).toContain(exitSentence);
});

test("--help names each code, in lines of 80 characters", () => {
  let shown = "";
  const program = makeProgram();
  program.configureOutput({ writeOut: (text) => (shown += text) });
  program.outputHelp();
  expect(oneLine(shown)).toContain(exitSentence);
  const lines = shown.slice(shown.indexOf("Exit codes:"), shown.indexOf("Example")).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a command whose codes mean something else says so in its help and on the page", () => {
  const described = makeProgram().commands.map((command) => command.description());
  expect(described.filter((text) => text.includes("exit code 0 clean, 1 violations"))).toHaveLength(
    1,
  );
  expect(exitRows()[1]?.meaning).toContain("`audit`: violations");
  expect(pageOf("doc/command-line.md")).toContain("`audit`: violations");
});
