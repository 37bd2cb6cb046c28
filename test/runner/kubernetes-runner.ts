// A runner `kubernetes` that calls the API server of `kubernetes-api.ts`, with short pauses.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import type { Runner, WorkerGroup } from "../../src/runner/contract.ts";
import { connect } from "../../src/runner/kubernetes/connect.ts";
import { manifestSettings } from "../../src/runner/kubernetes/settings.ts";
import { openKubernetesRunner } from "../../src/runner/kubernetes.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type KubernetesApi, startKubernetesApi } from "./kubernetes-api.ts";

export interface Opened {
  api: KubernetesApi;
  runner: Runner;
  /** another process of the service */
  open(env?: Record<string, string>): Promise<Runner>;
  close(): Promise<void>;
}

export async function openOnFake(env: Record<string, string> = {}): Promise<Opened> {
  const api = await startKubernetesApi();
  const folder = temporaryFolder("kubernetes");
  const file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig(api.url));
  const opened: Runner[] = [];
  const open = async (more: Record<string, string> = {}) => {
    const runner = await openRunner(file, api.namespace, { ...env, ...more });
    opened.push(runner);
    return runner;
  };
  return {
    api,
    runner: await open(),
    open,
    async close() {
      for (const runner of opened) await runner.close();
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openRunner(
  file: string,
  namespace: string,
  env: Record<string, string>,
): Promise<Runner> {
  const config = readConfig({
    RUNNER: "kubernetes",
    INTERNAL_URL: "http://longshore:5000",
    WORKER_IMAGE: "registry.example.org/longshore:1.0",
    TRANSFORMER_SIDECAR_IMAGE: "registry.example.org/sidecar:1.0",
    KUBERNETES_WORKERS: "3",
    KUBERNETES_CALLS_PER_SECOND: "200",
    ...env,
  });
  return openKubernetesRunner({
    cluster: await connectWith(file),
    settings: manifestSettings(config, { namespace, internalUrl: "http://longshore:5000" }),
    log: silentLog(),
    callSeconds: 1,
    silentSeconds: 2,
    times: { shortestPauseMilliseconds: 10, longestPauseMilliseconds: 100 },
  });
}

/** The client of Kubernetes reads KUBECONFIG itself. */
async function connectWith(file: string) {
  const before = process.env.KUBECONFIG;
  process.env.KUBECONFIG = file;
  try {
    return await connect("kubeconfig");
  } finally {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  }
}

export function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "longshore", user: { token: "a-token" } }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "longshore" } }],
    "current-context": "fake",
  });
}

export const ours: WorkerGroup = {
  key: "operation-noop",
  operations: ["noop"],
  credentials: { workToken: "a-work-token" },
  size: 2,
};

const code = { "transform.py": Buffer.from("print()").toString("base64") };

/** A step of a request, with a sidecar and a science container. */
export function theirs(run: string, size = 1): WorkerGroup {
  return {
    key: `run-${run}`,
    request: run,
    step: 1,
    operations: ["transform"],
    workload: {
      run,
      image: "science:1",
      language: "python",
      command: "/generated/transform.py",
      format: "parquet",
      destination: "object-store",
      files: code,
    },
    credentials: {
      brokerUrl: "amqp://run:word@broker:5672/",
      store: { url: "http://longshore:9000", key: "KEY", secret: "SECRET" },
    },
    size,
  };
}
