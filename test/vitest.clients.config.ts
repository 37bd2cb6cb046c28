import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Clients in surroundings of their own: unmodified Python clients, and ours in another project.
// Needs python3 with venv, PyPI for the first run, and npm's registry or cache.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/clients/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 600_000,
    retry: 0,
    reporters: ["default"],
  },
});
