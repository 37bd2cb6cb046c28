// The last commit as a newcomer meets it. A page that fails does not keep the next from being read.
import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorPages, userPages } from "./pages.ts";
import { type Walk, walk } from "./walk.ts";

const pages = [...userPages, ...operatorPages];

let person: Walk;
let isInstalled = false;

beforeAll(async () => {
  person = await walk();
});
afterAll(async () => {
  await person?.close();
});

test("README.md works as it is written", async () => {
  await person.page("README.md");
  isInstalled = true;
});

test.for(userPages)("%s works as it is written", async (path) => {
  if (!isInstalled) throw new Error("README did not install it.");
  await person.page(path);
});

test.each(["README.md", ...pages])("%s is read in 80 columns", (path) => {
  const lines = person.read(path).split("\n");
  // A browser folds the cells of a table.
  const wide = lines.filter((line) => line.length > 80 && !line.startsWith("|"));
  expect(wide).toEqual([]);
});

test.each(pages)("README leads to %s", (path) => {
  expect(person.read("README.md")).toContain(`| [${path}](${path}) |`);
});
