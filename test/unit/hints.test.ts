import { expect, test } from "vitest";
import { withHint } from "../../src/operations/transform/sql/hints.ts";

const problem = 'Parser Error: syntax error at or near ")"';

test.each([
  ["(call EventDataset)", "func_adl"],
  ["(Select (call EventDataset) (lambda (list e) e))", "func_adl"],
  ["EventDataset().Select(lambda e: e.met)", "func_adl"],
  ['[{"treename": "nominal"}]', "a query of uproot-raw"],
  ["def run_query(input_filenames=None):", "Python"],
  ["from servicex import query", "Python"],
])("%s is called by its language", (query, language) => {
  expect(withHint(query, problem)).toMatch(new RegExp(`^This is ${language}, not SQL\\. `));
});

test.each([
  "select list_transform(x, lambda v : v +) from input",
  "  ( select x from input",
  "from input select x where (",
  'select "EventDataset" from input where (',
])("%s is SQL, and DuckDB's sentence stays as it is", (query) => {
  expect(withHint(query, problem)).toBe(problem);
});

test("of what begins like no language that is known, it is said what a query is", () => {
  const sentence = withHint("slect * from input", problem);
  expect(sentence).toContain(problem);
  expect(sentence).toContain("takes one SELECT statement over the table input");
});
