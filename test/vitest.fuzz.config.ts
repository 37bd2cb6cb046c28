import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Thousands of calls that nobody would think of. Needs python3 with venv, and PyPI for the first
// run.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/fuzz/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
    retry: 0,
    reporters: ["default"],
  },
});
