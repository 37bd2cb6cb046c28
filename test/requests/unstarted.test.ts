// Requests for our own workers, on a cluster that cannot start them.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unclaimedSteps } from "../../src/requests/sidecars/unstarted-store.ts";
import { type KubernetesApi, startKubernetesApi } from "../runner/kubernetes-api.ts";
import { kubeconfig } from "../runner/kubernetes-runner.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("unstarted");
let api: KubernetesApi;
let ledger: Ledger;
beforeAll(async () => {
  api = await startKubernetesApi();
  api.onStart(() => ({
    phase: "Pending",
    containerStatuses: [
      {
        name: "worker",
        image: "example.org/longshore:1",
        state: { waiting: { reason: "ErrImagePull", message: "it is not in the registry" } },
      },
    ],
  }));
  const file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig(api.url));
  process.env.KUBECONFIG = file;
  ledger = await openLedger({
    env: {
      RUNNER: "kubernetes",
      TRANSFORMER_NAMESPACE: api.namespace,
      INTERNAL_URL: "http://longshore:5000",
      WORKER_IMAGE: "example.org/longshore:1",
      POD_START_SECONDS: "2",
    },
  });
});
afterAll(async () => {
  await ledger.close();
  await api.close();
  delete process.env.KUBECONFIG;
  rmSync(folder, { recursive: true, force: true });
});

const problem = () => ledger.ctx.runner.statuses().get("operation-noop")?.startProblem;

/** When a worker, wherever it runs, last asked for files of the operation. */
async function claimed(ago: string): Promise<void> {
  await ledger.ctx.db.query(
    `INSERT INTO operation_activity AS activity (operation, claimed_at)
     VALUES ('noop', now() - $1::interval)
     ON CONFLICT (operation) DO UPDATE SET claimed_at = excluded.claimed_at`,
    [ago],
  );
}

test("a request waits for a worker elsewhere, and fails when none asks and none can be started", async () => {
  await claimed("-1 hour");
  const id = await ledger.submit(2);
  const began = () => problem()?.since.getTime() ?? Date.now();
  // Several samples, each of which could have failed it
  await until(() => Date.now() - began() > 15_000, { what: "several samples" });
  expect((await ledger.read(id)).reason).toBeNull();
  await claimed("1 minute");
  const ended = await ledger.ended(id);
  expect(ended.state).toBe("failed");
  expect(ended.reason).toBe(
    "no worker came to run in 2 seconds: " +
      "The image example.org/longshore:1 cannot be pulled: it is not in the registry.",
  );
  expect(await ledger.violations()).toEqual([]);
});

test("a request that comes while no worker can start has its own time", async () => {
  await claimed("2 hours");
  const id = await ledger.submit(1);
  await ledger.published(id, 1);
  const after = (seconds: number) => unclaimedSteps(ledger.ctx.db.query, ["noop"], seconds);
  expect(await after(0)).toEqual([{ request: id, step: 1, operation: "noop" }]);
  expect(await after(3600)).toEqual([]);
});
