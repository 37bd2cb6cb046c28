// The last commit as a newcomer meets it. A page that fails does not keep the next from being read.
import { afterAll, beforeAll, expect, test } from "vitest";
import { mistakes } from "./mistakes.ts";
import { says } from "./page.ts";
import { type Walk, walk } from "./walk.ts";

const pages = [
  ...["own-data", "notebook", "typescript", "s3-readers"],
  ...["files", "several-processes", "remote-workers", "servicex"],
].map((name) => `doc/${name}.md`);

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

test.for(pages)("%s works as it is written", async (path, { skip }) => {
  if (!isInstalled) throw new Error("README did not install it.");
  if (path === "doc/remote-workers.md") skip(!(await mayMount()), "No user may mount here.");
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

test.each(mistakes)("$typed: $says", async ({ typed, says: sentence, code }) => {
  if (!isInstalled) throw new Error("README did not install it.");
  const { code: ended, shown } = await person.type(typed);
  expect({ ended, shown, says: says(shown, sentence) }).toMatchObject({ ended: code, says: true });
});

/** Many containers refuse an ordinary user a file system of their own. */
async function mayMount(): Promise<boolean> {
  return (await person.type("unshare --map-root-user --mount true")).code === 0;
}
