// The first mistakes of a newcomer, in a clone of their own.
import { afterAll, beforeAll, expect, test } from "vitest";
import { mistakes } from "./mistakes.ts";
import { says } from "./page.ts";
import { type Walk, walk } from "./walk.ts";

let person: Walk;
beforeAll(async () => {
  person = await walk();
  await person.install();
});
afterAll(async () => {
  await person?.close();
});

test.each(mistakes)("$typed: $says", async ({ typed, says: sentence, code }) => {
  const { code: ended, shown } = await person.type(typed);
  expect({ ended, shown, says: says(shown, sentence) }).toMatchObject({ ended: code, says: true });
});
