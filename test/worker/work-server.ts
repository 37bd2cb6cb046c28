// The work API as its contract words it, over a list of tasks in memory, with a store for what is
// uploaded and a way to be away.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Task, Upload } from "../../src/operations/contract.ts";
import type { Report } from "../../src/requests/views.ts";
import { until } from "../support/wait.ts";

export interface WorkServer {
  readonly url: string;
  waiting: Task[];
  claims: { worker: string; operations: string[]; max: number }[];
  /** every `authorization` header that came */
  tokens: Set<string>;
  reports: Report[];
  /** calls of /reports */
  reportCalls: number;
  heartbeats: string[][];
  giveUp: Set<string>;
  objects: Map<string, Buffer>;
  /** what every call is answered with instead, when it is set */
  refusal: { status: number; detail: string } | undefined;
  /** so many of the next calls of /reports get no answer */
  unanswered: number;
  /** a claim with another key than these is a 400, as a service of an earlier version answers */
  claimKeys: string[] | undefined;
  /** reports have no `input`, as those of an earlier version: one with it makes the call a 400 */
  knowsInputs: boolean;
  /** a file whose report makes the whole call a 422 */
  indigestible: number | undefined;
  answer(report: Report): string;
  /** drops every connection, and takes none until `back` */
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

export async function startWorkServer(): Promise<WorkServer> {
  let port = 0;
  const http = createServer((request, response) => {
    serve(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  const listen = () =>
    new Promise<void>((resolve) => {
      http.listen(port, "127.0.0.1", () => {
        port = (http.address() as AddressInfo).port;
        resolve();
      });
    });
  const away = () =>
    new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  await listen();

  const server: WorkServer = {
    url: `http://127.0.0.1:${port}`,
    waiting: [],
    claims: [],
    tokens: new Set(),
    reports: [],
    reportCalls: 0,
    heartbeats: [],
    giveUp: new Set(),
    objects: new Map(),
    refusal: undefined,
    unanswered: 0,
    claimKeys: undefined,
    knowsInputs: true,
    indigestible: undefined,
    answer: () => "recorded",
    away,
    back: listen,
    close: away,
  };
  return server;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (path.startsWith("/objects/"))
      return storeObject(request, response, path.slice("/objects/".length));
    const { authorization } = request.headers;
    if (authorization) server.tokens.add(authorization);
    const body = JSON.parse(await text(request));
    if (server.refusal)
      return say(response, { detail: server.refusal.detail }, server.refusal.status);
    if (path === "/v1/work/claim") return claim(body, response);
    if (path === "/v1/work/heartbeat") {
      server.heartbeats.push(body.tasks);
      return say(response, {
        give_up: body.tasks.filter((task: string) => server.giveUp.has(task)),
      });
    }
    server.reportCalls += 1;
    if (server.unanswered > 0) {
      server.unanswered -= 1;
      return;
    }
    take(body.reports, response);
  }

  function take(reports: Report[], response: ServerResponse): void {
    if (!server.knowsInputs && reports.some((report) => report.input))
      say(response, { detail: '"input" is not known here.' }, 400);
    else if (reports.some((report) => report.file === server.indigestible))
      say(response, { detail: "no" }, 422);
    else {
      const answers = reports.map((report) => server.answer(report));
      server.reports.push(...reports);
      say(response, { answers });
    }
  }

  async function claim(
    body: WorkServer["claims"][number] & { wait_seconds: number },
    response: ServerResponse,
  ): Promise<void> {
    server.claims.push(body);
    const unknown = Object.keys(body).filter((key) => server.claimKeys?.includes(key) === false);
    if (unknown.length > 0) return say(response, { detail: `unknown: ${unknown.join()}` }, 400);
    const mine = () =>
      server.waiting.filter((task) => body.operations.includes(task.operation)).slice(0, body.max);
    const deadline = Date.now() + Math.min(body.wait_seconds, 0.2) * 1000;
    await until(() => mine().length > 0 || response.destroyed || Date.now() >= deadline, {
      everyMilliseconds: 10,
    });
    const tasks = response.destroyed ? [] : mine();
    server.waiting = server.waiting.filter((task) => !tasks.includes(task));
    say(response, { tasks });
  }

  async function storeObject(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
  ): Promise<void> {
    const stored = server.objects.get(name.replace(/\?.*$/, ""));
    if (request.method === "GET") return void response.writeHead(stored ? 200 : 404).end(stored);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    server.objects.set(name, Buffer.concat(chunks));
    response.writeHead(201).end();
  }
}

function say(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export function workUpload(server: WorkServer, name: string): Upload {
  return { name, method: "PUT", url: `${server.url}/objects/${name}` };
}

export function workTask(
  server: WorkServer,
  file: number,
  { uploads = [workUpload(server, `${file}-1-1-out.parquet`)], ...more }: Partial<Task> = {},
): Task {
  return {
    task: `5b1c0b8a-7a3c-4b1e-9a39-0d9a4f5b8c11.${file}.1.1`,
    request: "5b1c0b8a-7a3c-4b1e-9a39-0d9a4f5b8c11",
    file,
    step: 1,
    attempt: 1,
    operation: "noop",
    settings: {},
    replicas: [],
    inputs: [],
    uploads,
    upload: uploads[0] ?? null,
    lease_seconds: 60,
    ...more,
  };
}
