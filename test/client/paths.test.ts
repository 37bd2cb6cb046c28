// Names and patterns on the command line, against real files of odd names.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pathsOf } from "../../src/client/cli/given/paths.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("paths");
beforeAll(() => {
  for (const file of [
    "run(1)/file (1).csv",
    "run(1)/b.csv",
    "d[1]/x.csv",
    "d1/y.csv",
    "out/part.csv",
    "out/_SUCCESS",
    "results/a.jsonl",
    "results/longshore-manifest.jsonl",
    "out/.part.csv.crc",
    "caf\u00e9/u.csv",
    "e\u0301.csv",
  ]) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), "a\n1\n");
  }
  const latin = Buffer.concat([Buffer.from(`${root}/out/`), Buffer.from([0xe9, 0x2e, 0x78])]);
  writeFileSync(latin, "");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ["run(1)/*.csv", ["run(1)/b.csv", "run(1)/file (1).csv"]],
  ["run(1)/file (1).csv", ["run(1)/file (1).csv"]],
  ["*/file (1).csv", ["run(1)/file (1).csv"]],
  ["d[1]/*.csv", ["d[1]/x.csv"]],
  ["d[12]/*.csv", ["d1/y.csv"]],
  ["d{1,2}/*.csv", ["d1/y.csv"]],
  ["out/*", ["out/part.csv"]],
  ["out/_S*", ["out/_SUCCESS"]],
  ["results/*.jsonl", ["results/a.jsonl"]],
  ["results/*-manifest.jsonl", []],
  ["results/longshore-manifest.jsonl", ["results/longshore-manifest.jsonl"]],
  ["**/u.csv", ["caf\u00e9/u.csv"]],
  ["cafe\u0301/u.csv", ["caf\u00e9/u.csv"]],
  ["cafe\u0301/*.csv", ["caf\u00e9/u.csv"]],
  ["\u00e9.csv", ["e\u0301.csv"]],
  ["?\u0301.csv", []],
])("%s names %j", async (pattern, expected) => {
  const asked = pathsOf([join(root, pattern)], { mustExist: true });
  if (expected.length === 0) await expect(asked).rejects.toThrow(/No file matches/);
  else expect(await asked).toEqual(expected.map((file) => join(root, file)));
});

test("a folder is refused with a dataset of all its files, and a pattern for some", async () => {
  await expect(pathsOf([`${root}/out/`], { mustExist: true })).rejects.toThrow(
    `${root}/out/ is a folder. For all files in it and below, give --did 'dir://${root}/out' ` +
      `instead; for some of them, a pattern such as '${root}/out/*.parquet'.`,
  );
});

test("a slash inside braces is refused with a sentence", async () => {
  await expect(pathsOf([`${root}/{a/b,c}/*.csv`], { mustExist: true })).rejects.toThrow(
    /slash inside braces/,
  );
});

test.each(["~/none.csv", "~/none/*.csv"])(
  "%s in quotes is said to be no home folder",
  async (path) => {
    await expect(pathsOf([path], { mustExist: true })).rejects.toThrow(
      /^(There is no file|No file matches) .*~.* A ~ in quotes is no home folder: write \$HOME/,
    );
  },
);
