// A cluster of simulated nodes, whose pods run without containers: beside the one with a real node.
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "../../support/folder.ts";
import { freePorts } from "../../support/free-ports.ts";
import { kubectlWith } from "./kube.ts";

export interface FakeCluster {
  kubeconfig: string;
  kubectl(args: string[], input?: string): Promise<string>;
  down(): Promise<void>;
}

const run = promisify(execFile);
/** etcd's, and those after it */
const portsOfEtcd = 4;

/** `up`: what CLUSTER_UP names. */
export async function startFakeCluster(up: string, nodes: number): Promise<FakeCluster> {
  const folder = join(temporaryFolder("cluster"), "state");
  const [port = 0] = await freePorts(1);
  const env = {
    ...process.env,
    CLUSTER_DIR: folder,
    CLUSTER_PORT: String(port),
    CLUSTER_ETCD_PORT: String(await freeRow(portsOfEtcd)),
  };
  const command = resolve(up);
  const down = async () => void (await run(join(dirname(command), "down"), [], { env }));
  try {
    const { stdout } = await run(command, ["--fake-nodes", String(nodes)], { env });
    const kubeconfig = stdout.trim();
    const kubectl: FakeCluster["kubectl"] = (args, input) => kubectlWith(kubeconfig, args, input);
    return {
      kubeconfig,
      kubectl,
      down,
    };
  } catch (error) {
    await down();
    throw error;
  }
}

/** The first of so many free ports in a row. */
async function freeRow(length: number): Promise<number> {
  for (;;) {
    const [first = 0] = await freePorts(1);
    const found = await Promise.all(Array.from({ length }, (_, index) => isFree(first + index)));
    if (found.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
