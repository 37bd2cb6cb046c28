import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// What an attacker tries, one test for each attack, named after what it would do to a person.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/attacks/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    retry: 0,
    reporters: ["default"],
  },
});
