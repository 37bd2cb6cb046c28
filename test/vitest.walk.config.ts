import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// What a newcomer does: a clean home and clone, `npm ci`, README and the pages as they are written,
// and mistakes, in a terminal. Needs tmux, npm's registry, and PyPI for the Python pages.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/walk/**/*.test.ts"],
    globalSetup: ["test/walk/global-setup.ts"],
    pool: "forks",
    // Three walks at once: each waits for its terminal most of the time.
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    retry: 0,
    reporters: ["default"],
  },
});
