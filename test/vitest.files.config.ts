import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Odd files and random tables. Needs python3 with venv, and PyPI for the first run.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/files/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 600_000,
    retry: 0,
    reporters: ["default"],
  },
});
