import http from "node:http";
import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { ConfigError } from "../../settings/config-error.ts";

/** What a call needs beside its path; it changes as tokens are renewed. */
export interface Login {
  headers: Record<string, string>;
  agent: http.Agent;
}

/** A cluster, and who this service is there. */
export interface Cluster {
  server: URL;
  /** that of the login; undefined where it names none */
  namespace: string | undefined;
  login(): Promise<Login>;
  /** The API did not accept the login: the next call gets a new one. */
  forgetLogin(): void;
  close(): void;
}

/** undefined: KUBECONFIG or ~/.kube/config where there is one, otherwise the login of the pod */
export type ConnectMode = "in-cluster" | "kubeconfig" | undefined;

/** Tokens in files are renewed once a minute at most. */
const loginMilliseconds = 30_000;

/**
 * Calls nothing yet; throws `ConfigError` where no cluster is known. The client is loaded here
 * alone: it takes half a second and 80 MB.
 */
export async function connect(mode: ConnectMode): Promise<Cluster> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  return clusterOf(load(new KubeConfig(), mode));
}

function load(config: KubeConfig, mode: ConnectMode): KubeConfig {
  try {
    if (mode === "in-cluster") config.loadFromCluster();
    else config.loadFromDefault();
  } catch (error) {
    throw new ConfigError(`KUBECONFIG cannot be read: ${(error as Error).message}`);
  }
  const isInCluster = config.getCurrentContext() === "inClusterContext";
  const found = config.getCurrentUser() !== null && config.getCurrentCluster() !== null;
  if (!found || config.getCurrentContext() === "loaded-context" || isNowhere(config))
    throw new ConfigError(
      "No cluster is known: set KUBECONFIG to a file that names one, or run the service in a pod.",
    );
  if (mode === "kubeconfig" && isInCluster)
    throw new ConfigError(
      "TRANSFORMER_MANAGER_MODE is external-kubernetes and KUBECONFIG is not set.",
    );
  return config;
}

/** Outside of a pod its variables are missing, and the client writes that into an address. */
function isNowhere(config: KubeConfig): boolean {
  return config.getCurrentCluster()?.server.includes("//undefined") ?? true;
}

const addressShape = z.url();
/** Headers as the client of Kubernetes fills them. */
const headersShape = z.record(z.string(), z.coerce.string());

/** `config` has a current cluster and user. */
function clusterOf(config: KubeConfig): Cluster {
  const cluster = config.getCurrentCluster();
  const address = addressShape.safeParse(cluster?.server);
  if (!cluster || !address.success)
    throw new ConfigError(`KUBECONFIG names no address of a cluster: ${cluster?.server}`);
  const server = new URL(address.data);
  const isPlain = server.protocol === "http:";
  if (isPlain && !cluster.skipTLSVerify)
    throw new ConfigError(
      `${server.origin} is not encrypted, and the login would be readable on its way: use https:.`,
    );
  let known: { login: Promise<Login>; until: number } | undefined;
  let agent: { settings: string; agent: http.Agent } | undefined;
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;

  return {
    server,
    namespace: namespace?.trim() || undefined,
    login() {
      if (!known || performance.now() > known.until) {
        const login = logIn();
        login.catch(forgetLogin);
        known = { login, until: performance.now() + loginMilliseconds };
      }
      return known.login;
    },
    forgetLogin,
    close: () => agent?.agent.destroy(),
  };

  function forgetLogin(): void {
    known = undefined;
  }

  async function logIn(): Promise<Login> {
    const options: https.RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    const headers = headersShape.parse(options.headers ?? {});
    if (options.auth) headers.authorization = `Basic ${base64(options.auth)}`;
    return { headers, agent: agentFor(options) };
  }

  /** The client makes an agent at each call, which would keep no connection. */
  function agentFor(options: https.RequestOptions): http.Agent {
    if (cluster?.proxyUrl && options.agent instanceof http.Agent) return options.agent;
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    const tls = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value != null));
    const settings = JSON.stringify(given);
    if (agent?.settings === settings) return agent.agent;
    const kept = { keepAlive: true, ...given };
    // Calls that still use the connections of the earlier one go on.
    agent = { settings, agent: isPlain ? new http.Agent(kept) : new https.Agent(kept) };
    return agent.agent;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
