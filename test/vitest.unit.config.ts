import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Pure rules, without a database: seconds, so run it at every save.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/unit/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 2,
    isolate: false,
    testTimeout: 10_000,
    retry: 0,
    reporters: ["default"],
  },
});
