import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// ServiceX's own parts over a real RabbitMQ. Needs python3 with venv, and PyPI for the first run.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/servicex/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
    retry: 0,
    reporters: ["default"],
  },
});
