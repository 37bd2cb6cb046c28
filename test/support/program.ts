import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../src/config.ts";

/**
 * What Node runs for the command line: the program compiled for this run of the tests, or, outside
 * of one, the sources through their loader.
 */
export const program: readonly string[] = process.env.TEST_BUILT
  ? [`${process.env.TEST_BUILT}/client/cli/main.js`]
  : [
      "--import",
      import.meta.resolve("tsx"),
      fileURLToPath(new URL("../../src/client/cli/main.ts", import.meta.url)),
    ];

/** What it inherits; modules are compiled by the first program of the run that loads them. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { ...childEnvironment(), NODE_COMPILE_CACHE: join(tmpdir(), "compiled") };
}
