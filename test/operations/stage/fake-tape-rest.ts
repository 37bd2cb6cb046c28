// A stand-in for a server of the WLCG Tape REST API, version 1, built from the contract: both
// dialects, answers in another order, collapsed slashes, and ways to misbehave.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RestFile {
  locality: "DISK" | "TAPE" | "DISK_AND_TAPE" | "LOST" | "NONE" | "UNAVAILABLE";
  /** stays on tape while it is set */
  held?: boolean;
  /** the error of its recall, for ever or so often */
  fail?: string;
  failTimes?: number;
}

type Path = string;

interface Entry {
  state: string;
  error?: string;
}

interface StageRequest {
  id: string;
  createdAt: number;
  files: Map<Path, Entry>;
}

export interface FakeTapeRest {
  url: string;
  files: Map<Path, RestFile>;
  /** what the server does wrong or in its own way */
  ways: {
    dialect: "onDisk" | "state";
    deleteStatus: 200 | 204;
    /** answers every call with this status */
    status?: number;
    hang?: boolean;
    /** keeps no request */
    forgets?: boolean;
    token?: string;
    /** the host that it names as its endpoint's */
    endpoint?: string;
  };
  /** method, path and body of each call */
  calls: { method: string; path: string; body: unknown }[];
  /** how often each path was asked for, and what is pinned */
  staged: Map<Path, number>;
  pins: Set<Path>;
  close(): Promise<void>;
}

export async function startFakeTapeRest(base = "/api/v1/tape"): Promise<FakeTapeRest> {
  const requests = new Map<string, StageRequest>();
  const fake: FakeTapeRest = {
    url: "",
    files: new Map(),
    ways: { dialect: "state", deleteStatus: 200 },
    calls: [],
    staged: new Map(),
    pins: new Set(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const server = createServer((request, response) => {
    answer(request)
      .then((reply) => reply && send(response, reply))
      .catch((error: Error) => response.writeHead(500).end(error.message));
  });

  /** Undefined: never. */
  async function answer(request: IncomingMessage): Promise<Reply | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const body = text === "" ? {} : (JSON.parse(text) as Body);
    const { method = "", url: path = "" } = request;
    fake.calls.push({ method, path, body });
    if (fake.ways.hang) return undefined;
    return (
      refusal(request) ?? (path.startsWith(`${base}/`) ? route(method, path, body) : where(path))
    );
  }

  function refusal({ headers }: IncomingMessage): Reply | undefined {
    const { status, token } = fake.ways;
    if (status) return problem(status, "Busy");
    const isKnown = !token || headers.authorization === `Bearer ${token}`;
    return isKnown ? undefined : problem(401, "Unauthorized");
  }

  function where(path: string): Reply {
    if (path !== "/.well-known/wlcg-tape-rest-api") return problem(404, "Not found");
    const endpoints = [
      { uri: `${fake.url}/api/v0/tape`, version: "v0" },
      { uri: `${fake.ways.endpoint ?? fake.url}${base}`, version: "v1", metadata: {} },
    ];
    return { status: 200, body: { sitename: "example", endpoints } };
  }

  function route(method: string, path: string, body: Body): Reply {
    const [what = "", id = "", verb = ""] = path.slice(base.length + 1).split("/");
    switch (`${method} ${what}`) {
      case "POST archiveinfo":
        return info(body);
      case "POST release":
        for (const one of body.paths ?? []) fake.pins.delete(clean(one));
        return { status: 200 };
      case "POST stage":
        return id === "" ? stage(body) : ofRequest(id, `POST ${verb}`, body);
      default:
        return ofRequest(id, method, body);
    }
  }

  function ofRequest(id: string, how: string, body: Body): Reply {
    const known = fake.ways.forgets ? undefined : requests.get(id);
    if (!known) return problem(404, "Not found");
    if (how === "GET") return { status: 200, body: shown(known) };
    if (how === "POST cancel") return cancel(known, (body.paths ?? []).map(clean));
    if (how !== "DELETE") return problem(404, "Not found");
    requests.delete(id);
    return { status: fake.ways.deleteStatus };
  }

  function cancel({ files }: StageRequest, paths: Path[]): Reply {
    if (paths.some((one) => !files.has(one)))
      return problem(400, "File missing from stage request");
    for (const one of paths) {
      const file = files.get(one);
      if (file?.state === "SUBMITTED" || file?.state === "STARTED") file.state = "CANCELLED";
    }
    return { status: 200 };
  }

  function stage({ files = [] }: Body): Reply {
    if (!Array.isArray(files) || files.length === 0)
      return problem(400, "JSON Validation error", "files: is missing");
    const id = randomUUID();
    const wanted = files.map(({ path }) => clean(path));
    for (const path of wanted) fake.staged.set(path, (fake.staged.get(path) ?? 0) + 1);
    const createdAt = Math.floor(Date.now() / 1000);
    requests.set(id, {
      id,
      createdAt,
      files: new Map(wanted.map((path) => [path, { state: "SUBMITTED" }])),
    });
    const headers = { location: `${fake.url}${base}/stage/${id}` };
    return { status: 201, body: { requestId: id }, headers };
  }

  /** Each look moves the tape on. */
  function shown(request: StageRequest): unknown {
    for (const [path, file] of request.files) proceed(path, file);
    const files = [...request.files].reverse().map(([path, { state, error }]) => {
      const spelled = fake.ways.dialect === "onDisk" ? path : `/${path}`;
      const how = fake.ways.dialect === "onDisk" ? { onDisk: state === "COMPLETED" } : { state };
      return { path: spelled, ...how, ...(error && { error }) };
    });
    const { id, createdAt } = request;
    return { id, createdAt, startedAt: createdAt, files };
  }

  function proceed(path: Path, entry: Entry): void {
    if (!["SUBMITTED", "STARTED"].includes(entry.state)) return;
    const file = fake.files.get(path);
    const why = file ? whyNot(file) : "No such file or directory";
    if (why !== undefined) Object.assign(entry, { state: "FAILED", error: why });
    else if (file?.locality === "TAPE" && file.held) entry.state = "STARTED";
    else {
      if (file?.locality === "TAPE") file.locality = "DISK_AND_TAPE";
      entry.state = "COMPLETED";
      fake.pins.add(path);
    }
  }

  function whyNot(file: RestFile): string | undefined {
    if (file.locality === "LOST") return "The file is lost";
    if (file.locality !== "TAPE" || file.held || !file.fail) return undefined;
    const { fail } = file;
    if (file.failTimes && --file.failTimes === 0) delete file.fail;
    return fail;
  }

  function info({ paths = [] }: Body): Reply {
    const answers = paths.map(clean).map((path) => {
      const file = fake.files.get(path);
      return file ? { path, locality: file.locality } : { path, error: "No such file" };
    });
    return { status: 200, body: answers.reverse() };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

interface Body {
  files?: { path: string; diskLifetime?: string }[];
  paths?: string[];
}

const clean = (path: string) => path.replaceAll(/\/{2,}/g, "/");

interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** RFC 7807 */
function problem(status: number, title: string, detail?: string): Reply {
  const headers = { "content-type": "application/problem+json" };
  return { status, body: { status, title, ...(detail && { detail }) }, headers };
}
