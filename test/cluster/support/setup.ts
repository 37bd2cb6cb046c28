// A cluster with our image on it, for the whole run:
//
//   KUBECONFIG   one that is there. CLUSTER_IMAGE is our image as its nodes know it, CLUSTER_HOST
//                the address at which pods reach this machine
//   CLUSTER_UP   a command that brings one up with a real node (`--node`) and prints its
//                KUBECONFIG. Beside it are `down`, `base-image` and `load-image`. Needs root
//
// With both, the first has the real node, and the second brings up simulated ones (many-pods).
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { buildImage, imageName } from "./build-image.ts";

export interface ClusterAccess {
  kubeconfig: string;
  kubectl: string;
  image: string;
  /** this machine, as pods see it */
  host: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    cluster: ClusterAccess;
  }
}

/** Of the clusters that CLUSTER_UP brings up. */
const hostOfPods = "10.88.66.1";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { KUBECONFIG: kubeconfig, CLUSTER_UP: up } = process.env;
  if (kubeconfig) {
    project.provide("cluster", given(kubeconfig));
    return async () => undefined;
  }
  if (!up) throw new Error(nothing);
  return bringUp(project, resolve(up));
}

const nothing =
  "\n!!! NOTHING OF test:cluster HAS RUN. It needs a Kubernetes: set KUBECONFIG (with " +
  "CLUSTER_IMAGE and CLUSTER_HOST), or CLUSTER_UP to a command that brings one up.\n";

function given(kubeconfig: string): ClusterAccess {
  const { CLUSTER_IMAGE: image, CLUSTER_HOST: host, KUBECTL = "kubectl" } = process.env;
  if (!image)
    throw new Error(
      `${nothing}KUBECONFIG is set, and CLUSTER_IMAGE is not: it is the image that nodes know.`,
    );
  if (!host)
    throw new Error(
      `${nothing}KUBECONFIG is set, and CLUSTER_HOST is not: it is the address at which pods ` +
        "reach this machine.",
    );
  return { kubeconfig, kubectl: KUBECTL, image, host };
}

/** What it started before it failed is ended, too; a cluster that others have up is left alone. */
async function bringUp(project: TestProject, up: string): Promise<() => Promise<void>> {
  const beside = (name: string) => join(dirname(up), name);
  const state = process.env.CLUSTER_DIR ?? join(cache(), "state");
  if (existsSync(state))
    throw new Error(
      `${nothing}${state} is there: a cluster is up, or was. End it with ${beside("down")}, or ` +
        "set KUBECONFIG to use it.",
    );
  const down = async () => void (await run(beside("down"), []));
  try {
    await buildImage(beside("base-image"));
    const kubeconfig = await run(up, ["--node"]);
    await run(beside("load-image"), [imageName]);
    project.provide("cluster", {
      kubeconfig,
      kubectl: kubectlOf(),
      image: imageName,
      host: hostOfPods,
    });
  } catch (error) {
    await down();
    // Of a command it has what that printed to stderr.
    throw new Error(`${nothing}${(error as Error).message}`, { cause: error });
  }
  return down;
}

/** Beside the other binaries that the command has built. */
function kubectlOf(): string {
  const built = join(cache(), "bin", "kubectl");
  return existsSync(built) ? built : "kubectl";
}

function cache(): string {
  const { CLUSTER_CACHE, XDG_CACHE_HOME = join(homedir(), ".cache") } = process.env;
  return CLUSTER_CACHE ?? join(XDG_CACHE_HOME, "test-cluster");
}

async function run(command: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 2 ** 24 });
  return stdout.trim();
}
