import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The Helm chart as it is rendered, without a cluster. test/cluster/ has what needs one.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/chart/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    retry: 0,
    reporters: ["default"],
  },
});
