import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mutants } from "../mutants/index.ts";
import { occursOnce } from "../mutants/run.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test("each mutant's snippet occurs once in its file, and its tests exist", () => {
  const stale = mutants.filter(
    ({ file, from, tests }) =>
      !occursOnce(at(`src/${file}`), from) ||
      !tests.every((path) => existsSync(at(`test/${path}`))),
  );
  expect(stale.map(({ name }) => name)).toEqual([]);
});
