// A regular expression that reads the same text again and again holds up everybody: each one of
// the sources takes time in proportion to its text.
import { readFileSync } from "node:fs";
import { check } from "recheck";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { expect, test } from "vitest";
import { valuePatterns } from "../src/operations/transform/sql/reader/value-kinds.ts";

interface Pattern {
  file: string;
  source: string;
  flags: string;
}

/** Which compose patterns; those of value-kinds.ts are checked, the others are of constants. */
const composing = [
  "src/db/away.ts",
  "src/http/schemas/limits.ts",
  "src/http/schemas/people.ts",
  "src/operations/transform/read-settings.ts",
  "src/operations/transform/sql/reader/value-kinds.ts",
  "src/requests/reports/report-schema.ts",
  "src/storage/browser-headers.ts",
];

const root = new URL("../", import.meta.url);
const found = globSync("src/**/*.{ts,tsx,js}", { cwd: root.pathname, ignore: "**/api-types.ts" })
  .sort()
  .map(patternsOf);
const patterns = [
  ...found.flatMap(({ known }) => known),
  ...valuePatterns.map(({ source, flags }) => ({ file: "value-kinds.ts", source, flags })),
];

/** A search that a busy machine cuts short takes some patterns for slow; steps bound it as well. */
const withoutClock = { timeout: null, attackTimeout: null, incubationTimeout: null };
const longestMilliseconds = 600_000;

test("every pattern takes time in proportion to its text", {
  timeout: longestMilliseconds,
}, async () => {
  expect(patterns.length).toBeGreaterThan(200);
  const slow: string[] = [];
  for (const { file, source, flags } of patterns) {
    const verdict = await check(source, flags, withoutClock);
    if (verdict.status === "safe") continue;
    const how =
      verdict.status === "vulnerable"
        ? `${verdict.complexity.summary} by ${verdict.attack.pattern}`
        : verdict.error.kind;
    slow.push(`${file}: /${source}/${flags}: ${how}`);
  }
  expect(slow).toEqual([]);
});

test("a slow pattern is found", async () => {
  const { status } = await check("\\/+$", "", withoutClock);
  expect(status).toBe("vulnerable");
});

test("patterns that are composed are in known files", () => {
  const files = found.filter(({ composed }) => composed).map(({ file }) => file);
  expect(files).toEqual(composing);
});

function patternsOf(file: string): { file: string; known: Pattern[]; composed: boolean } {
  const text = readFileSync(new URL(file, root), "utf8");
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const known: Pattern[] = [];
  let composed = false;
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      known.push({ file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    } else if (
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText() === "RegExp"
    ) {
      const [source, flags] = (node.arguments ?? []).map(textOf);
      if (source === undefined) composed = true;
      else known.push({ file, source, flags: flags ?? "" });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { file, known, composed };
}

/** Of a constant text, also where it is written in several parts. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isBinaryExpression(node)) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}
