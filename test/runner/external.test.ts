import { expect, test } from "vitest";
import { openExternalRunner } from "../../src/runner/external.ts";
import { runnerContract } from "./contract.ts";

runnerContract("external", async () => ({
  runner: openExternalRunner(),
  close: async () => undefined,
}));

test("the external runner starts nothing, whatever is asked of it", async () => {
  const runner = openExternalRunner();
  await runner.start({ id: "group", operations: ["transform"], size: 5 });
  expect(runner.scope).toBe("none");
  expect(await runner.poll("group")).toEqual({ starting: 0, running: 0, failed: 0 });
  expect(await runner.groups()).toEqual([]);
});
