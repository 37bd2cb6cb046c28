import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { longFiles } from "./long-files.ts";

/** A long file runs all the same where it is named on the command line. */
const unnamed = longFiles.filter((file) => !process.argv.includes(file));

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/clients/**",
      "test/servicex/**",
      "test/fuzz/**",
      "test/files/**",
      "test/unit/**",
      "test/attacks/**",
      "test/walk/**",
      "test/cluster/**",
      "test/chart/**",
      ...unnamed,
    ],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/leaks/setup.ts"],
    pool: "forks",
    // Tests wait for more than half of their time: two cores carry three files at once.
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    retry: 0,
    reporters: ["default"],
  },
});
