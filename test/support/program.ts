import { fileURLToPath } from "node:url";

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
