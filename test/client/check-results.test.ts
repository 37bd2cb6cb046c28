// A folder is not as its receipt says because its manifest says so.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkResults } from "../../src/client/check-results.ts";
import { manifestName } from "../../src/inputs/left-out.ts";
import { temporaryFolder } from "../support/folder.ts";

const request = "11111111-1111-4111-8111-111111111111";
let folder: string;
beforeEach(() => {
  folder = temporaryFolder("check-results");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string, text: string) => writeFileSync(join(folder, path), text);

/** Each a path and the result that the manifest says it is. */
function manifest(...lines: [path: string, result: string][]): void {
  put(
    manifestName,
    lines.map(([path, result]) => `${JSON.stringify({ request, path, result })}\n`).join(""),
  );
}

function result(name: string, text: string) {
  const checksum = createHash("sha256").update(text).digest("hex");
  return { name, size: text.length, checksum, file: 1, step: 1, attempt: 1 };
}

const check = (...results: ReturnType<typeof result>[]) =>
  checkResults(folder, { request, count: results.length }, results);

test("every file that the manifest gives as one result is compared", async () => {
  put("a.csv", "good");
  put("other.csv", "evil");
  manifest(["other.csv", "1-a.csv"], ["a.csv", "1-a.csv"]);
  const { count, problems } = await check(result("1-a.csv", "good"));
  expect([count, problems[0]]).toEqual([
    1,
    expect.stringMatching(/^other\.csv has the checksum \w{64}, and the receipt says \w{64}\.$/),
  ]);
  put("other.csv", "good");
  expect(await check(result("1-a.csv", "good"))).toMatchObject({ good: 1, count: 0 });
});

test("one file does not stand for two results of equal bytes", async () => {
  put("a.csv", "same");
  manifest(["a.csv", "1-a.csv"], ["./a.csv", "2-b.csv"]);
  const checked = await check(result("1-a.csv", "same"), result("2-b.csv", "same"));
  expect(checked).toMatchObject({
    good: 1,
    problems: [`1-a.csv is missing: ${manifestName} does not list it.`],
  });
});

test("no file hides behind the name of a draft or of a manifest", async () => {
  put("a.csv", "good");
  manifest(["a.csv", "1-a.csv"]);
  mkdirSync(join(folder, "below"));
  put(`below/${manifestName}`, "evil");
  put(".longshore-evil.csv", "evil");
  put(`.longshore-${crypto.randomUUID()}`, "a draft");
  const { good, problems } = await check(result("1-a.csv", "good"));
  expect(good).toBe(1);
  expect(problems.sort()).toEqual([
    `.longshore-evil.csv is extra: ${manifestName} does not list it.`,
    `below/${manifestName} is extra: ${manifestName} does not list it.`,
  ]);
});

test("no path leads out of the folder, and no link stands for a file", async () => {
  const outside = `${folder}-outside`;
  writeFileSync(outside, "good");
  try {
    symlinkSync(outside, join(folder, "link.csv"));
    put("good.csv", "good");
    const odd = ["", ".", "good.csv/x", "a\0b", "x".repeat(300)];
    for (const path of [outside, `../${outside.split("/").at(-1)}`, "link.csv", ...odd]) {
      manifest([path, "1-a.csv"]);
      const { good, count } = await check(result("1-a.csv", "good"));
      expect([good, count > 0], path).toEqual([0, true]);
    }
  } finally {
    unlinkSync(outside);
  }
});

test("a download without results is a folder without files", async () => {
  expect(await check()).toEqual({ good: 0, unsummed: 0, problems: [], count: 0 });
  put("a.csv", "extra");
  expect((await check()).problems).toEqual([`a.csv is extra: ${manifestName} does not list it.`]);
  manifest(["a.csv", "1-a.csv"]);
  expect((await check()).problems).toEqual(["a.csv is extra: the receipt does not have it."]);
  rmSync(folder, { recursive: true });
  await expect(check()).rejects.toThrow(`${folder} has no ${manifestName}`);
});
