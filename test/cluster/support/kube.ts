// kubectl, and a namespace of a test's own.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { inject } from "vitest";
import { childEnvironment } from "../../../src/config.ts";
import { startProgram } from "../../support/cli.ts";
import { until } from "../../support/wait.ts";

/** What the API server takes and answers. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  restartCount: number;
  ready: boolean;
  lastState: { terminated?: Terminated };
  state: { terminated?: Terminated };
}

interface Terminated {
  exitCode: number;
  reason: string;
  startedAt: string;
  finishedAt: string;
}

export interface Namespace {
  name: string;
  /** rejects with what kubectl printed */
  kubectl(args: string[], input?: string): Promise<string>;
  apply(...objects: KubeObject[]): Promise<void>;
  pods(selector: string): Promise<Pod[]>;
  /** all its pods are ready, and there are so many */
  ready(selector: string, count: number): Promise<Pod[]>;
  /** an address of this machine that leads to a pod's port, until `close` */
  forward(pod: string, port: number): Promise<{ url: string; close(): void }>;
  /** with everything in it; resolves when it is gone */
  remove(): Promise<void>;
}

/** `level`: of Pod Security, as it is enforced there. */
export async function newNamespace(level = "restricted"): Promise<Namespace> {
  const name = `longshore-${randomBytes(4).toString("hex")}`;
  await kubectl(["create", "namespace", name]);
  await kubectl(["label", "namespace", name, `pod-security.kubernetes.io/enforce=${level}`]);
  const here: Namespace["kubectl"] = (args, input) => kubectl(["-n", name, ...args], input);
  const pods = async (selector: string): Promise<Pod[]> =>
    JSON.parse(await here(["get", "pods", "-l", selector, "-o", "json"])).items;
  const forwards = new Set<() => void>();
  return {
    name,
    kubectl: here,
    apply: async (...items) => {
      const list = { apiVersion: "v1", kind: "List", items };
      await here(["apply", "--server-side", "-f", "-"], JSON.stringify(list));
    },
    pods,
    ready: (selector, count) =>
      until(
        async () => {
          const found = await pods(selector);
          return found.length === count && found.every(isReady) ? found : undefined;
        },
        { timeoutSeconds: 120, everyMilliseconds: 250, what: `${count} ready pods of ${selector}` },
      ),
    forward: async (pod, port) => {
      const forward = await forwardTo(name, pod, port);
      forwards.add(forward.close);
      return forward;
    },
    remove: async () => {
      for (const close of forwards) close();
      await kubectl(["delete", "namespace", name, "--timeout=120s"]);
    },
  };
}

function isReady({ metadata, status }: Pod): boolean {
  const isEnding = metadata.deletionTimestamp !== undefined;
  return (
    !isEnding && (status.conditions ?? []).some((of) => of.type === "Ready" && of.status === "True")
  );
}

function environment(kubeconfig = inject("cluster").kubeconfig): NodeJS.ProcessEnv {
  return { ...childEnvironment(), KUBECONFIG: kubeconfig };
}

export function kubectl(args: string[], input?: string): Promise<string> {
  return kubectlWith(inject("cluster").kubeconfig, args, input);
}

/** In another cluster. */
export async function kubectlWith(
  kubeconfig: string,
  args: string[],
  input?: string,
): Promise<string> {
  const child = spawn(inject("cluster").kubectl, args, { env: environment(kubeconfig) });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(input ?? "");
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

async function forwardTo(namespace: string, pod: string, port: number) {
  const args = [
    "-n",
    namespace,
    "port-forward",
    "--address",
    "127.0.0.1",
    `pod/${pod}`,
    `:${port}`,
  ];
  const { child, stdout, stderr } = startProgram(inject("cluster").kubectl, args, {
    env: environment(),
  });
  const own = await until(
    () => {
      if (child.exitCode !== null) throw new Error(stderr());
      return /127\.0\.0\.1:(\d+) ->/.exec(stdout())?.[1];
    },
    { timeoutSeconds: 30, what: `a way to ${pod}` },
  );
  return { url: `http://127.0.0.1:${own}`, close: () => void child.kill("SIGTERM") };
}
