import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The image, in pods of a real Kubernetes: that of KUBECONFIG, else what the command in CLUSTER_UP
// brings up. test/cluster/support/setup.ts says what each needs.
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/cluster/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/cluster/support/setup.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    retry: 0,
    reporters: ["default"],
  },
});
