// For every file of tests: no secret that it makes or uses stands in an answer or in a log.
import { afterAll } from "vitest";
import "./hear.mjs";
import { hear, takeHeard } from "./heard.ts";
import { leaksIn } from "./search.ts";

hear();

const mostShown = 20;

afterAll(() => {
  const leaks = leaksIn(takeHeard());
  if (leaks.length === 0) return;
  const shown = leaks.slice(0, mostShown).map((leak) => `\n  ${leak}`);
  throw new Error(`${leaks.length} secrets stand where they must not:${shown.join("")}`);
});
