// The last commit as a newcomer meets it. A page that fails does not keep the next from being read.
import { afterAll, beforeAll, expect, test } from "vitest";
import { mistakes } from "./mistakes.ts";
import { says } from "./page.ts";
import { type Walk, walk } from "./walk.ts";

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

test.each(mistakes)("$typed: $says", async ({ typed, says: sentence, code }) => {
  if (!isInstalled) throw new Error("README did not install it.");
  const { code: ended, shown } = await person.type(typed);
  expect({ ended, shown, says: says(shown, sentence) }).toMatchObject({ ended: code, says: true });
});
