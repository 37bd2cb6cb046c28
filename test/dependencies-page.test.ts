import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = read("doc/dependencies.md");
const manifest = JSON.parse(read("package.json")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};

function rowsBelow(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
}

test.each([
  ["At run time", manifest.dependencies],
  ["For development", manifest.devDependencies],
])(
  "%s, the page names exactly the packages of package.json, each with a reason",
  (heading, packages) => {
    const rows = rowsBelow(heading);
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(packages).sort());
    expect(rows.filter(([, , why]) => !why)).toEqual([]);
  },
);

test("every package is pinned exactly", () => {
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  const ranges = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version));
  expect(ranges).toEqual([]);
});

test("the page says of each install script whether it is allowed", () => {
  const said = rowsBelow("Install scripts").map(([, name, allowed]) => [name, allowed === "yes"]);
  expect(Object.fromEntries(said)).toEqual(manifest.allowScripts);
});

test("what is ours on purpose exists", () => {
  const ours = [...page.matchAll(/\| `(src\/[^`]+)` \|/g)].map(([, path]) => path ?? "");
  const section = page.split("## Ours on purpose")[1]?.split("\n## ")[0] ?? "";
  expect(ours.length).toBe(section.split("\n").filter((line) => /^\| \w/.test(line)).length - 1);
  const missing = ours.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
  expect(missing).toEqual([]);
});
