import { openExternalRunner } from "../../src/runner/external.ts";
import { runnerContract } from "./contract.ts";

runnerContract("external", async () => ({
  runner: openExternalRunner(),
  close: async () => undefined,
}));
