import { expect, test } from "vitest";
import { shortened, whatHelps } from "../../src/client/cli/print/reasons.ts";
import type { ErrorGroup } from "../../src/client/views.ts";

const group = (errorClass: string): ErrorGroup => ({
  fingerprint: "1f2e",
  class: errorClass,
  message: "It failed.",
  count: 1,
  share: 1,
  examples: [],
});

test("after failures of files a redrive is proposed", () => {
  const sentence = whatHelps([group("bad_query"), group("not_found")], "redrive 7f1e");
  expect(sentence).toMatch(/^Once the cause is fixed: .+ redrive 7f1e$/);
});

test("where only the query failed, a new request is proposed, too: a redrive runs the same query", () => {
  expect(whatHelps([group("bad_query")], "redrive 7f1e")).toMatch(
    /^If the query is wrong, submit a new request with a corrected one\. Once the .+ redrive 7f1e$/,
  );
});

test("a long sentence ends with an ellipsis, and has no blank lines", () => {
  expect(shortened("one\n\n  \ntwo", 100)).toBe("one\ntwo");
  expect(shortened("x".repeat(20), 10)).toBe(`${"x".repeat(10)}…`);
});
