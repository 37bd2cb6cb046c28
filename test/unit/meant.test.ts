// Words that other programs have, and a query that the shell took apart.
import { expect, test } from "vitest";
import { runCommand } from "../../src/client/cli/run-command.ts";
import { cliHere } from "../support/cli-here.ts";

const printed = cliHere();

test.each([
  ["ls", "list"],
  ["rm 12", "delete"],
  ["log 12", "errors"],
  ["state @last", "show"],
  ["-q ps", "list"],
  ["file 12", "files"],
  ["receipts", "receipt"],
  ["verify r.json", "receipt --verify"],
  ["-v", "--version"],
])("longshore %s is answered with %s", async (typed, meant) => {
  expect(await runCommand(typed.split(" "))).toBe(2);
  expect(printed.stderr).toMatch(/^longshore: There is no (command|option) /);
  expect(printed.stderr.trim().endsWith(` ${meant}\`.`)).toBe(true);
});

test.each(["sbmit", "constructor", "__proto__"])("%s is no such word", async (word) => {
  expect(await runCommand([word])).toBe(2);
  expect(printed.stderr).toContain(`unknown command '${word}'`);
});

test("a query without quotes is told to get them", async () => {
  const words = ["submit", "--files", "a.csv", "--sql", "SELECT", "a.csv", "src", "from", "input"];
  expect(await runCommand(words)).toBe(2);
  expect(printed.stderr).toContain("query has no quotes");
  expect(printed.stderr).toContain("--sql 'SELECT …'");
});
