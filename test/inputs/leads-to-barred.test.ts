// No spelling of a barred location is told to who reads with rights of their own.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeLeadsToBarred } from "../../src/inputs/barred.ts";
import { whereTo } from "../../src/inputs/where-to.ts";
import { isHostOf } from "../../src/outside/address.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("leads-to-barred");
const at = (...names: string[]) => join(root, ...names);
let leadsToBarred: (location: string) => Promise<boolean>;

beforeAll(async () => {
  for (const folder of ["bound/sub", "open", "links"]) mkdirSync(at(folder), { recursive: true });
  writeFileSync(at("bound", "a.csv"), "one\n");
  writeFileSync(at("open", "b.csv"), "one\n");
  symlinkSync(at("bound", "sub"), at("open", "link"));
  symlinkSync("link/../a.csv", at("open", "to-file"));
  leadsToBarred = await makeLeadsToBarred({
    folders: [at("bound")],
    hosts: ["eos.example.org:1094", "data.example.org"],
  });
});
afterAll(() => rmSync(root, { recursive: true }));

test.each<[string, () => string]>([
  ["a path", () => at("bound", "a.csv")],
  ["a path that is not there yet", () => at("bound", "sub", "later.csv")],
  ["a path through a link", () => at("open", "link", "x.csv")],
  ["a path above a link", () => `${root}/open/link/../a.csv`],
  ["a link above a link", () => at("open", "to-file")],
  ["a file URL", () => `file://${at("bound", "a.csv")}`],
  ["a file URL with one slash", () => `file:${at("bound", "a.csv")}`],
  ["a file URL of a host", () => `file://host${at("bound", "a.csv")}`],
  ["a file URL with an encoded slash", () => `file://${root}/bound%2Fa.csv`],
  ["a path that depends on where the reader is", () => "bound/a.csv"],
  ["a host", () => "https://data.example.org/a"],
  ["a host by another scheme, without the port", () => "root://eos.example.org//a"],
  ["a host by another scheme, with it", () => "root://eos.example.org:1094//a"],
  ["an encoded host of another scheme", () => "root://e%6fs.example.org//a"],
  ["a host that cannot be decoded", () => "root://e%f.example.org//a"],
  ["what is no address", () => "root://[/a"],
])("%s is not told", async (_, location) => {
  expect(await leadsToBarred(location())).toBe(true);
});

test.each<[string, () => string]>([
  ["another path", () => at("open", "b.csv")],
  ["a file URL of it", () => `file://${at("open", "b.csv")}`],
  ["another host", () => "root://elsewhere.example.org//a"],
  ["another port", () => "root://eos.example.org:1095//a"],
  ["another port of http", () => "https://eos.example.org/a"],
])("%s is told", async (_, location) => {
  expect(await leadsToBarred(location())).toBe(false);
});

test("with no host bound, every host is told", () => {
  expect(isHostOf(new URL("root://e%f.example.org//a"), [])).toBe(false);
});

test("links to links, more than can be counted, end the search", async () => {
  symlinkSync(".", at("links", "l0"));
  for (let n = 1; n <= 35; n++) symlinkSync(`l${n - 1}/l${n - 1}`, at("links", `l${n}`));
  expect(await whereTo(at("links", "l35", "x"))).toContain(at("links"));
});
