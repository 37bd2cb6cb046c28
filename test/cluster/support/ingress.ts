// In the place of an ingress controller, which the cluster has not: a proxy of this machine that
// serves the Ingresses of a namespace, with the certificates in the Secrets that they name.
import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { inject } from "vitest";
import type { Namespace } from "./kube.ts";

export interface IngressProxy {
  port: number;
  close(): void;
}

interface Backend {
  service: { name: string; port: { name: string } };
}

interface Ingress {
  spec: {
    tls?: { hosts: string[]; secretName: string }[];
    rules: {
      host: string;
      http: { paths: { path: string; pathType: string; backend: Backend }[] };
    }[];
  };
}

interface Service {
  spec: { clusterIP: string; ports: { name: string; port: number }[] };
}

/** Listens before there is an Ingress; `serve` reads those that are there then. */
export async function openIngress({
  kubectl,
}: Namespace): Promise<IngressProxy & { serve(): Promise<void> }> {
  const get = async (kind: string, name?: string) =>
    JSON.parse(await kubectl(["get", kind, ...(name ? [name] : []), "-o", "json"]));
  /** by host: where its calls go, by the path that they begin with */
  const routes = new Map<string, { path: string; host: string; port: number }[]>();
  const certificates = new Map<string, SecureContext>();

  const server = createServer({
    SNICallback: (name, done) => done(null, certificates.get(name)),
  });
  server.on("request", (incoming, response) => {
    const name = (incoming.headers.host ?? "").replace(/:\d+$/, "");
    const to = (routes.get(name) ?? []).find(({ path }) => incoming.url?.startsWith(path));
    if (to) pass(incoming, response, to);
    else response.writeHead(404).end("no Ingress has this host and path");
  });
  server.listen(0, inject("cluster").host);
  await once(server, "listening");

  async function serve(): Promise<void> {
    const { items } = (await get("ingresses")) as { items: Ingress[] };
    for (const { spec } of items) {
      for (const { hosts, secretName } of spec.tls ?? []) {
        const { data } = (await get("secret", secretName)) as { data: Record<string, string> };
        const part = (key: string) => Buffer.from(data[key] ?? "", "base64");
        const context = createSecureContext({ cert: part("tls.crt"), key: part("tls.key") });
        for (const host of hosts) certificates.set(host, context);
      }
      for (const { host, http } of spec.rules)
        routes.set(host, await Promise.all(http.paths.map((one) => routeOf(one))));
    }
  }

  async function routeOf({ path, backend }: { path: string; backend: Backend }) {
    const { name, port } = backend.service;
    const { spec } = (await get("service", name)) as Service;
    const number = spec.ports.find((one) => one.name === port.name)?.port ?? 0;
    return { path, host: spec.clusterIP, port: number };
  }

  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, serve, close };
}

function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  { host, port }: { host: string; port: number },
): void {
  const headers = {
    ...incoming.headers,
    "x-forwarded-for": incoming.socket.remoteAddress ?? "",
    "x-forwarded-proto": "https",
  };
  const { method, url: path } = incoming;
  const onward = request({ host, port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(error.message);
  });
  incoming.pipe(onward);
}
