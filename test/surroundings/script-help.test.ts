import { expect, test } from "vitest";
import { startProgram } from "../support/cli.ts";

const script = (...words: string[]) =>
  startProgram(process.execPath, ["--import", "tsx", ...words]);

test.each(["mutants", "chaos", "bench"])(
  "test/%s --help says how, and runs nothing",
  async (name) => {
    const { ended } = script(`test/${name}/main.ts`, "--help");
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name} `));
  },
);

test("a mutant's name that none has is refused, and an unknown option", async () => {
  const run = (word: string) => script("test/mutants/main.ts", word).ended;
  const unknown = await run("no such guard");
  expect({ code: unknown.code, stderr: unknown.stderr }).toEqual({
    code: 2,
    stderr: "No mutant's name or file contains no such guard.\n",
  });
  expect((await run("--onyl")).stderr).toContain("--onyl");
});
