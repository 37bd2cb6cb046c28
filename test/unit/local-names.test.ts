import { expect, test } from "vitest";
import { localNames } from "../../src/client/local-names.ts";

/** the names of one result for each of these inputs, whose ids begin with 1 */
function namesOf(paths: string[], ending = "csv"): string[] {
  const nameOf = localNames(paths.map((path, at) => ({ file: at + 1, path })));
  return paths.map((_, at) => nameOf({ file: at + 1, name: `${at + 1}-1-1-result.${ending}` }));
}

test("a result is named as its input below the longest folder in common", () => {
  expect(namesOf(["/data/a/x.parquet", "/data/b/y.csv.gz"])).toEqual(["a/x.csv", "b/y.csv"]);
  expect(namesOf(["/data/2012.parquet"])).toEqual(["2012.csv"]);
  expect(namesOf(["/data/run.v1", "/data/run.v2"])).toEqual(["run.v1.csv", "run.v2.csv"]);
  expect(namesOf(["https://a/d/x.csv?k=1", "https://a/d/e/y.csv"])).toEqual(["x.csv", "e/y.csv"]);
});

test("where two names coincide, both get the file's id, also where only case or an accent differs", () => {
  expect(namesOf(["/d/x.csv", "/d/x.parquet", "/d/y.csv"])).toEqual([
    "x-1.csv",
    "x-2.csv",
    "y.csv",
  ]);
  expect(namesOf(["/d/Run.csv", "/d/run.csv"])).toEqual(["Run-1.csv", "run-2.csv"]);
  expect(namesOf(["/d/e\u0301.csv", "/d/\u00e9.csv"])).toEqual(["\u00e9-1.csv", "\u00e9-2.csv"]);
  expect(namesOf(["/d/x.csv", "/d/x.csv"])).toEqual(["x-1.csv", "x-2.csv"]);
});

test("a name with an id is not that of another file, and no file has the name of a folder", () => {
  const names = namesOf(["/d/x.csv", "/d/x.parquet", "/d/x-1.csv", "/d/x-2.csv/y.csv"]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(4);
  for (const name of names) expect(names.some((other) => other.startsWith(`${name}/`))).toBe(false);
});

test("no name leads out of the folder, is hidden, or has what a terminal or a disk reads otherwise", () => {
  const hostile = [
    "/d/../../etc/passwd",
    "/d/.ssh/authorized_keys",
    "/d/..",
    "/d/a\u0000b\u001b[2J.csv",
    "/d/-rf",
    "/d/con.csv",
    "/d/a\\..\\b.csv",
    `/d/${"\u{1f600}".repeat(300)}.csv`,
    `/d/${"deep/".repeat(900)}x.csv`,
    "/d/longshore-manifest",
    "",
  ];
  const names = namesOf(hostile, "jsonl");
  for (const name of names) {
    for (const part of name.split("/")) {
      expect(part).toMatch(/^[^.\s\p{C}<>:"|?*\\-][^\p{C}<>:"|?*\\]*$/u);
      expect(Buffer.byteLength(part)).toBeLessThan(200);
    }
    expect(name.length).toBeLessThan(1000);
    expect(name).not.toMatch(/^(con\b|longshore-manifest\.jsonl$)/);
  }
  expect(new Set(names).size).toBe(hostile.length);
});

test("several results of a file, and those of the whole request, have names of their own", () => {
  const nameOf = localNames([{ file: 7, path: "/d/x.nc" }]);
  const named = (file: number | null, name: string) => nameOf({ file, name });
  expect(named(7, "7-1-1-mean.nc")).toBe("x.nc");
  expect(named(7, "7-1-1-max.nc")).toBe("x-max.nc");
  expect(named(null, "all/merged.nc")).toBe("merged.nc");
  expect(named(null, "../../merged.nc")).toBe("request-2-merged.nc");
  expect(named(7, "7-1-1-mean.nc")).toBe("x.nc");
});
