// No statement spells a state: its words come from the tables of moves, so that a guard cannot
// differ from the table.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { expect, test } from "vitest";
import { deviceStates } from "../src/auth/device/state.ts";
import { datasetStates } from "../src/datasets/state.ts";
import { noticeStates } from "../src/notices/state.ts";
import { finishStates } from "../src/requests/finish/state.ts";
import {
  endingStates,
  fileStates,
  historyStatuses,
  storedRequestStates,
} from "../src/requests/state.ts";
import { taskFileStates, taskStates } from "../src/tasks/state.ts";
import { userStates } from "../src/users/state.ts";

const src = fileURLToPath(new URL("../src", import.meta.url));
const words = [
  ...new Set([
    ...storedRequestStates,
    ...fileStates,
    ...historyStatuses,
    ...datasetStates,
    ...userStates,
    ...noticeStates,
    ...deviceStates,
    ...endingStates.filter((state) => state !== "none"),
    ...finishStates,
    ...taskStates,
    ...taskFileStates,
  ]),
];
const quoted = new RegExp(`'(?:${words.join("|")})'`);

test("no string of src has a state word in SQL quotes", () => {
  const found = globSync("**/*.{ts,tsx}", { cwd: src, ignore: ["client/api-types.ts"] }).flatMap(
    (path) => spelled(readFileSync(join(src, path), "utf8")).map((at) => `${path}:${at}`),
  );
  expect(found).toEqual([]);
});

/** `§{` is a template's `${`. */
test.each([
  ["`SELECT id FROM requests WHERE state IN ('complete', 'failed')`", 1],
  ["`UPDATE requests SET state = 'running' WHERE id = $1`", 1],
  ["`SELECT §{columns} FROM request_files f WHERE §{where} AND f.state = 'done'`", 1],
  ["`WHERE x §{open ? `AND f.state = 'queued'` : \"AND f.state <> 'failed'\"}`", 2],
  ["`h.status <> 'redrive' AND d.state = 'stale'`", 1],
  ["`JOIN task_files m ON m.state = 'open' WHERE t.state = 'starting'`", 1],
  ["`SELECT 'unknown', f.state FROM f WHERE f.state IN (§{sqlList(openFileStates)})`", 0],
  ["// state = 'done'\nconst state = 'done' as const;", 0],
])("%s: %i", (text, count) => {
  expect(spelled(text.replaceAll("§{", "${"))).toHaveLength(count);
});

/**
 * The lines of literals, and pieces of templates, in which a state word stands in single quotes.
 */
function spelled(text: string): number[] {
  if (!quoted.test(text)) return [];
  const file = ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isText(node) && quoted.test(node.text))
      lines.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

function isText(node: ts.Node): node is ts.LiteralLikeNode {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node)
  );
}
