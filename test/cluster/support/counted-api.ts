// Between the service and the API server of a cluster: it passes everything on, and counts.
import { writeFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import { join } from "node:path";
import { temporaryFolder } from "../../support/folder.ts";
import { freePorts } from "../../support/free-ports.ts";
import type { FakeCluster } from "./fake-cluster.ts";

export interface CountedApi {
  /** path of a KUBECONFIG that leads through here */
  kubeconfig: string;
  /** calls so far */
  readonly calls: number;
  /** of them those that made, changed or removed something */
  readonly changes: number;
  /** most calls that were under way at once; a watch is under way until it ends */
  readonly mostAtOnce: number;
  /** most calls that began within so many seconds */
  mostIn(seconds: number): number;
  close(): Promise<void>;
}

interface Kubeconfig {
  clusters: [{ cluster: { server: string; "certificate-authority-data": string } }];
  users: [{ user: { "client-certificate-data": string; "client-key-data": string } }];
}

export async function startCountedApi(cluster: FakeCluster): Promise<CountedApi> {
  const text = await cluster.kubectl(["config", "view", "--raw", "--output", "json"]);
  const known = JSON.parse(text) as Kubeconfig;
  const { server, "certificate-authority-data": ca } = known.clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = known.users[0].user;
  const agent = new https.Agent({
    keepAlive: true,
    ca: bytes(ca),
    cert: bytes(cert),
    key: bytes(key),
  });
  const times: number[] = [];
  let changes = 0;
  let open = 0;
  let mostAtOnce = 0;

  const [port = 0] = await freePorts(1);
  const listening = http.createServer(pass);
  await new Promise<void>((resolve) => listening.listen(port, "127.0.0.1", resolve));

  function pass(from: IncomingMessage, to: ServerResponse): void {
    times.push(performance.now());
    if (from.method !== "GET") changes += 1;
    mostAtOnce = Math.max(mostAtOnce, ++open);
    const { host: _, ...headers } = from.headers;
    const onward = https.request(new URL(from.url ?? "/", server), {
      method: from.method ?? "GET",
      headers,
      agent,
    });
    onward.on("response", (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      // The first event of a watch may come much later
      to.flushHeaders();
      answer.pipe(to);
      answer.on("error", () => to.destroy());
    });
    onward.on("error", () => to.destroy());
    to.on("close", () => {
      open -= 1;
      onward.destroy();
    });
    from.pipe(onward);
  }

  return {
    kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`),
    get calls() {
      return times.length;
    },
    get changes() {
      return changes;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    mostIn(seconds) {
      let most = 0;
      let first = 0;
      for (const [index, time] of times.entries()) {
        while ((times[first] ?? 0) <= time - seconds * 1_000) first += 1;
        most = Math.max(most, index - first + 1);
      }
      return most;
    },
    async close() {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
      agent.destroy();
    },
  };
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

/** A KUBECONFIG may be JSON, too. */
function kubeconfigFor(server: string): string {
  const path = join(temporaryFolder("kubeconfig"), "config");
  const named = { cluster: "counted", user: "counted" };
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "counted",
      clusters: [{ name: "counted", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "counted", user: {} }],
      contexts: [{ name: "counted", context: named }],
    }),
  );
  return path;
}
