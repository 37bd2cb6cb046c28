import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/clients/**",
      "test/fuzz/**",
      "test/files/**",
      "test/unit/**",
      "test/attacks/**",
    ],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    retry: 0,
    reporters: ["default"],
  },
});
