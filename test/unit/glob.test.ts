import { expect, test } from "vitest";
import { globMatcher, refuseGlob } from "../../src/inputs/glob/index.ts";

/** As bash matches them with extglob. */
test.each([
  ["*.csv", ["a.csv", ".csv"], ["a.csvx", "csv"]],
  ["a?c", ["abc", "aüc", "a\u{1f600}c"], ["ac", "abbc"]],
  ["[a-c]1", ["a1", "c1"], ["d1", "1"]],
  ["[!a-c]1", ["d1"], ["a1"]],
  ["[^a]1", ["d1", "^1"], ["a1"]],
  ["[]a]1", ["]1", "a1"], ["b1"]],
  ["[[:digit:]x]1", ["71", "x1"], ["d1", ":1"]],
  ["20{23,24}.csv", ["2023.csv", "2024.csv"], ["2025.csv", "20.csv"]],
  ["{a,b{c,d}}1", ["a1", "bc1", "bd1"], ["b1", "c1"]],
  ["run{1..3}", ["run1", "run3"], ["run4", "run"]],
  ["m{01..12}", ["m01", "m12"], ["m1", "m13"]],
  ["{a..c}", ["a", "c"], ["d"]],
  ["{a}", ["{a}"], ["a"]],
  ["@(a|b)c", ["ac", "bc"], ["c", "abc"]],
  ["(a|b)c", ["ac", "bc"], ["c"]],
  ["?(a)b", ["b", "ab"], ["aab"]],
  ["*(ab)c", ["c", "ababc"], ["abac"]],
  ["+(ab|c)", ["ab", "cab"], ["", "abx"]],
  ["!(*.tmp)", ["a.csv"], ["a.tmp"]],
  ["!(a|b).csv", ["c.csv", ".csv", "ab.csv"], ["a.csv", "b.csv"]],
  ["!*.tmp", ["a.csv"], ["a.tmp"]],
  ["\\*.csv", ["*.csv"], ["a.csv"]],
  ["a[b", ["a[b"], ["ab"]],
  ["a(b", ["a(b"], ["ab"]],
  ["a{b", ["a{b"], ["ab"]],
  ["a**b", ["ab", "axxb"], ["a"]],
])("%s matches %j, and not %j", (pattern, yes, no) => {
  const fits = globMatcher(pattern);
  expect(yes.filter((name) => !fits(name))).toEqual([]);
  expect(no.filter((name) => fits(name))).toEqual([]);
});

test("patterns that make other matchers try every way are read once", () => {
  const name = "a".repeat(255);
  for (const pattern of [
    `${"*?".repeat(500)}~`,
    `${"*a".repeat(500)}~`,
    `${"+(".repeat(200)}a${")".repeat(200)}~`,
    `!(${"*a".repeat(100)}~)~`,
  ])
    expect(globMatcher(pattern)(name)).toBe(false);
});

test.each([
  ["/data/{a/b,c}/*", /slash inside braces/],
  ["/data/@(a/b)/*", /slash inside braces/],
  ["/data/../*", /may not contain "\.\."/],
  ["/data/!(a|!(b))", /only once/],
])("%s is refused", (pattern, sentence) => expect(refuseGlob(pattern)).toMatch(sentence));

test.each(["/data/{a,b}/*.csv", "/data/a}/{b/c", "/data/!(a)/*"])("%s is taken", (pattern) =>
  expect(refuseGlob(pattern)).toBeUndefined(),
);
