// A Kubernetes API server on loopback, as far as the adapter calls one, written from the contract
// (external-services.md, section 7): lists, watches, server-side apply, delete, logs and events. It
// can be told to answer with errors, to drop or stall watches, to hang, and to list what was.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Event, makeCluster, type Objects, type Stored } from "./kubernetes-cluster.ts";

interface Watcher {
  plural: string;
  selector: string;
  partial: boolean;
  response: ServerResponse;
}

export interface Fault {
  method?: string;
  /** part of the path with its query */
  path?: string;
  /** how often; by default until it is taken away */
  times?: number;
  answer:
    | { status: number; reason?: string; message?: string; retryAfter?: number }
    | "hang"
    | "reset";
}

export interface ApiCall {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** A call that is answered: what it names, and how. */
interface Call extends ApiCall {
  plural: string;
  /** of one object; undefined: all of the kind */
  name: string | undefined;
  isLog: boolean;
  /** its metadata alone is asked for */
  partial: boolean;
  contentType: string | undefined;
  response: ServerResponse;
}

const namespace = "workers";

export type KubernetesApi = Awaited<ReturnType<typeof startKubernetesApi>>;

export async function startKubernetesApi() {
  const events: Event[] = [];
  const watchers = new Set<Watcher>();
  const faults = new Set<Fault>();
  const calls: ApiCall[] = [];
  const cluster = makeCluster((event) => {
    events.push(event);
    for (const watcher of watchers) send(watcher, event);
  });
  let compacted = 0;
  /** what lists answer instead of what there is */
  let earlier: { version: number; objects: Objects } | undefined;

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      response.writeHead(500).end(error.message);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    ...cluster,
    url,
    namespace,
    calls,
    fail(fault: Fault): () => void {
      faults.add(fault);
      return () => void faults.delete(fault);
    },
    dropWatches() {
      for (const { response } of watchers) response.destroy();
    },
    endWatches() {
      for (const { response } of watchers) response.end();
      watchers.clear();
    },
    /** Those that are open now stay open, and say nothing any more. */
    stallWatches() {
      watchers.clear();
    },
    watches: () => watchers.size,
    /** Versions before now are too old to watch from. */
    compact() {
      compacted = cluster.version();
    },
    /** Lists are of now until `listNow`. */
    listEarlier() {
      earlier = { version: cluster.version(), objects: structuredClone(cluster.objects) };
    },
    listNow() {
      earlier = undefined;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request, await textOf(request), response);
    calls.push(call);
    const fault = [...faults].find((one) => isFor(one, request));
    if (fault?.times !== undefined) {
      fault.times -= 1;
      if (fault.times === 0) faults.delete(fault);
    }
    if (fault?.answer === "reset") request.socket.destroy();
    else if (fault && fault.answer !== "hang") {
      const { status, reason, message, retryAfter } = fault.answer;
      answerError(call, status, reason, message, retryAfter);
    } else if (!fault) answerCall(call);
  }

  function answerCall(call: Call): void {
    const { plural, name, query, path, method } = call;
    if (!cluster.objects.has(plural)) answerError(call, 404, "NotFound", `no path ${path}`);
    else if (name === undefined && query.has("watch")) watch(call);
    else if (name === undefined) list(call);
    else if (call.isLog) answerLog(call, name);
    else if (method === "PATCH") apply(call);
    else answerOne(call, name);
  }

  function answerOne(call: Call, name: string): void {
    const found = cluster.get(call.plural, name);
    const { uid } = (call.body as { preconditions?: { uid?: string } })?.preconditions ?? {};
    if (!found) answerError(call, 404, "NotFound", `${call.plural} "${name}" not found`);
    else if (call.method === "GET") answer(call, found);
    else if (uid !== undefined && uid !== found.metadata.uid)
      answerError(call, 409, "Conflict", "the UID in the precondition differs");
    else {
      cluster.remove(call.plural, name);
      answer(call, { kind: "Status", status: "Success" });
    }
  }

  function list(call: Call): void {
    const { plural, query, partial } = call;
    const from = earlier ?? { version: cluster.version(), objects: cluster.objects };
    const items = [...(from.objects.get(plural)?.values() ?? [])].filter(
      (object) =>
        selects(query.get("labelSelector") ?? "", object) &&
        isAbout(query.get("fieldSelector"), object),
    );
    const offset = Number(query.get("continue") ?? 0);
    const end = offset + Number(query.get("limit") ?? items.length);
    answer(call, {
      kind: "List",
      metadata: {
        resourceVersion: String(from.version),
        ...(end < items.length && { continue: String(end) }),
      },
      items:
        // As a real one writes it
        partial && items.length === 0
          ? null
          : items.slice(offset, end).map((one) => (partial ? partially(one) : one)),
    });
  }

  function watch({ plural, query, partial, response }: Call): void {
    const since = Number(query.get("resourceVersion"));
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
    if (since < compacted) {
      const status = { code: 410, reason: "Expired", message: `too old: ${since}` };
      write(response, "ERROR", { kind: "Status", status: "Failure", ...status });
      response.end();
      return;
    }
    const selector = query.get("labelSelector") ?? "";
    const watcher: Watcher = { plural, selector, partial, response };
    watchers.add(watcher);
    response.on("close", () => watchers.delete(watcher));
    for (const event of events) if (event.version > since) send(watcher, event);
  }

  function apply(call: Call): void {
    if (call.contentType !== "application/apply-patch+yaml")
      answerError(call, 415, "UnsupportedMediaType", "this is no apply patch");
    else if (!call.query.get("fieldManager"))
      answerError(call, 400, "BadRequest", "fieldManager is required for apply patch");
    else answer(call, cluster.put(call.plural, call.body as Stored));
  }

  function answerLog(call: Call, name: string): void {
    const log = cluster.logs.get(call.query.get("previous") === "true" ? `${name} before` : name);
    if (!cluster.get("pods", name)) answerError(call, 404, "NotFound", "there is no such pod");
    else if (log === undefined) answerError(call, 400, "BadRequest", "there is no such log");
    else call.response.writeHead(200, { "content-type": "text/plain" }).end(log);
  }
}

function callOf(request: IncomingMessage, text: string, response: ServerResponse): Call {
  const { pathname: path, searchParams: query } = new URL(request.url ?? "", "http://localhost");
  const [, plural = "", name, part] =
    new RegExp(`/namespaces/${namespace}/(\\w+)(?:/([^/]+))?(?:/(\\w+))?$`).exec(path) ?? [];
  return {
    method: request.method ?? "",
    path,
    query,
    body: text === "" ? undefined : JSON.parse(text),
    plural,
    name,
    isLog: part === "log",
    partial: (request.headers.accept ?? "").includes("as=PartialObjectMetadata"),
    contentType: request.headers["content-type"],
    response,
  };
}

function isFor({ method, path }: Fault, request: IncomingMessage): boolean {
  return (
    (method === undefined || method === request.method) &&
    (path === undefined || (request.url ?? "").includes(path))
  );
}

function send({ plural, selector, partial, response }: Watcher, event: Event): void {
  if (event.plural !== plural || !selects(selector, event.object)) return;
  write(response, event.type, partial ? partially(event.object) : event.object);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer({ response }: Call, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function answerError(
  { response }: Call,
  status: number,
  reason = "",
  message = "",
  retryAfter?: number,
): void {
  const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  response
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(JSON.stringify({ kind: "Status", status: "Failure", code: status, reason, message }));
}

function write(response: ServerResponse, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function partially({ metadata }: Stored): unknown {
  return { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata };
}

function selects(selector: string, { metadata }: Stored): boolean {
  return selector
    .split(",")
    .filter((term) => term !== "")
    .every((term) => {
      const [key = "", value] = term.split("=");
      return metadata.labels?.[key] === value;
    });
}

/** Of events: `involvedObject.uid=…,type=Warning`. */
function isAbout(selector: string | null, object: Stored): boolean {
  const uid = /involvedObject\.uid=([^,]+)/.exec(selector ?? "")?.[1];
  return uid === undefined || (object.involvedObject as { uid?: string })?.uid === uid;
}
