// Requests whose work pods do: a real ledger, the runner, and an API server for it.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { findRequest } from "../../src/facades/servicex/find.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { waitingOf } from "../../src/requests/monitor/waiting-reason.ts";
import { outsideOperation } from "../operations/outside.ts";
import { type KubernetesApi, startKubernetesApi } from "../runner/kubernetes-api.ts";
import { crashingStatus, readyStatus } from "../runner/kubernetes-cluster.ts";
import { kubeconfig } from "../runner/kubernetes-runner.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("kubernetes-requests");
let api: KubernetesApi;
let ledger: Ledger;
beforeAll(async () => {
  api = await startKubernetesApi();
  const file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig(api.url));
  process.env.KUBECONFIG = file;
  ledger = await openLedger({
    env: {
      RUNNER: "kubernetes",
      TRANSFORMER_NAMESPACE: api.namespace,
      INTERNAL_URL: "http://longshore:5000",
      WORKER_IMAGE: "longshore:1",
      TRANSFORMER_SIDECAR_IMAGE: "sidecar:1",
      // No broker is needed to start pods for a request
      QUEUE_URL: `amqp://127.0.0.1:${(await freePorts(1))[0]}`,
      TRANSFORMER_RABBIT_MQ_URL: "amqp://pods@broker",
      WORKER_REPORTS: "http",
      POD_START_SECONDS: "3",
      VALID_DID_SCHEMES: "rucio",
    },
    operations: [outsideOperation()],
    s3Url: () => "http://127.0.0.1:9000",
  });
});
afterAll(async () => {
  await ledger.close();
  await api.close();
  delete process.env.KUBECONFIG;
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  api.onStart(readyStatus);
  for (const { id } of await open()) await cancel(ledger.ctx, id, local);
  await until(nothingIsLeft);
});

const open = () =>
  ledger.ctx.db.query<{ id: string }>(
    "SELECT id::text FROM requests WHERE state NOT IN ('done', 'failed', 'canceled', 'partial')",
  );
const names = (plural: string) => api.of(plural).map(({ metadata }) => metadata.name);
const nothingIsLeft = () =>
  ["deployments", "pods", "configmaps", "secrets"].every((plural) => names(plural).length === 0);

async function submitted(dataset: object = { files: ["/data/1.root"] }): Promise<string> {
  const steps = [{ operation: "outside", settings: { says: "code", destination: "object-store" } }];
  return (await submit(ledger.ctx, local, { dataset, steps } as never)).request.id;
}

async function sentenceOf(id: string): Promise<string> {
  return (await waitingOf(ledger.ctx, await ledger.read(id)))?.sentence ?? "";
}

test("a request of containers ends at once while the broker is away", async () => {
  const id = await submitted({ did: "rucio://some:dataset" });
  await cancel(ledger.ctx, id, local);
  const { state } = await until(
    async () => {
      const request = await ledger.read(id);
      return request.state !== "canceling" && request;
    },
    { timeoutSeconds: 5, what: "its end" },
  );
  expect(state).toBe("canceled");
});

test("defect 14: a cancel leaves no pod and no other object, during a lookup too", async () => {
  const id = await submitted();
  const during = await submitted({ did: "rucio://some:dataset" });
  await until(() => names("pods").some((name) => name.startsWith(`transformer-${id}`)));
  expect(names("configmaps")).toEqual([`${id}-generated-source`]);
  await cancel(ledger.ctx, id, local);
  await cancel(ledger.ctx, during, local);
  await until(nothingIsLeft);
  expect(api.calls.some(({ path }) => path.includes(during))).toBe(false);
});

test("defect 19: a request that is named by its number, as ServiceX numbers them, loses its pods", async () => {
  const id = await submitted();
  await until(() => names("pods").length === 1);
  const { db } = ledger.ctx;
  const [row] = await db.query<{ number: number }>("SELECT number FROM requests WHERE id = $1", [
    id,
  ]);
  const found = await findRequest(ledger.ctx, String(row?.number), local, "request.change");
  await cancel(ledger.ctx, found.id, local);
  await until(nothingIsLeft);
});

test("defect 17: a Deployment that cannot be made is told, and made when it can be", async () => {
  const over = api.fail({
    method: "PATCH",
    path: "deployments",
    answer: { status: 403, reason: "Forbidden", message: "the role may not create this" },
  });
  const id = await submitted();
  await until(async () =>
    /refused the Deployment transformer-.*: the role may not create this\./.test(
      await sentenceOf(id),
    ),
  );
  expect((await ledger.read(id)).state).not.toBe("failed");
  over();
  await until(() => names("deployments").length === 1);
});

test("a request none of whose pods came to run fails with what the cluster says", async () => {
  api.onStart((pod) => ({
    phase: "Pending",
    containerStatuses: (pod.spec.containers as { name: string }[]).map(({ name }) => ({
      name,
      image: "example.org/science:1",
      state: { waiting: { reason: "ErrImagePull", message: "it is not in the registry" } },
    })),
  }));
  const id = await submitted();
  await until(async () => /cannot be pulled: it is not in the registry/.test(await sentenceOf(id)));
  // Its end waits for the broker, which is not there.
  const reason = await until(async () => (await ledger.read(id)).reason);
  expect(reason).toBe(
    "no worker came to run in 3 seconds: " +
      "The image example.org/science:1 cannot be pulled: it is not in the registry.",
  );
  await until(nothingIsLeft);
});

test("one whose pods worked once goes on waiting, and says why", async () => {
  const id = await submitted();
  await until(() => names("pods").length === 1);
  await ledger.ctx.db.query("UPDATE request_steps SET done = 1 WHERE request_id = $1", [id]);
  api.onStart(crashingStatus);
  api.restart();
  const problem = () => ledger.ctx.runner.statuses().get(`run-${id}`)?.startProblem;
  await until(() => Date.now() - (problem()?.since.getTime() ?? Date.now()) > 6000);
  expect((await ledger.read(id)).state).not.toBe("failed");
  expect(await sentenceOf(id)).toMatch(
    /Workers die as soon as they start \(container .*exit code 3/,
  );
  await ledger.ctx.db.query("UPDATE request_steps SET done = 0 WHERE request_id = $1", [id]);
});
