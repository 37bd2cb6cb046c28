// Calls of the WLCG Tape REST API.
import { readFile } from "node:fs/promises";
import { request } from "undici";
import type { z } from "zod";
import { readServiceUrl } from "../../../settings/service-url.ts";
import type { StageFacility } from "../settings.ts";
import * as words from "./words.ts";

/** The server's answer was an error. */
export class TapeRestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "TapeRestError";
    this.status = status;
  }
}

const mostBytes = 64 * 1024 * 1024;

export interface TapeRest {
  /** Returns the id of the request. */
  stage(paths: string[], signal?: AbortSignal): Promise<string>;
  /** Undefined where the server does not know the request any more. */
  progress(id: string, signal?: AbortSignal): Promise<words.StageProgress | undefined>;
  cancel(id: string, paths: string[]): Promise<void>;
  /** Cancels what remains; the id is gone then. */
  forget(id: string): Promise<void>;
  release(id: string, paths: string[]): Promise<void>;
  archiveInfo(paths: string[], signal?: AbortSignal): Promise<z.infer<typeof words.archiveInfo>>;
}

export function openTapeRest(facility: StageFacility): TapeRest {
  const { TAPE_REST_LIFETIME_SECONDS: lifetime } = facility;
  const call = (method: Method, path: string, more: More = {}) =>
    callServer(facility, method, path, more);
  const of = (id: string) => `/stage/${encodeURIComponent(id)}`;

  return {
    async stage(paths, signal) {
      const files = paths.map((path) => ({ path, diskLifetime: `PT${lifetime}S` }));
      const answer = await call("POST", "/stage", { body: { files }, signal });
      return parse(words.staged, answer, "POST /stage").requestId;
    },
    async progress(id, signal) {
      const answer = await unlessGone(call("GET", of(id), { signal }));
      return answer === undefined ? undefined : parse(words.progress, answer, "GET /stage/<id>");
    },
    async cancel(id, paths) {
      await unlessGone(call("POST", `${of(id)}/cancel`, { body: { paths } }));
    },
    async forget(id) {
      await unlessGone(call("DELETE", of(id)));
    },
    async release(id, paths) {
      await unlessGone(call("POST", `/release/${encodeURIComponent(id)}`, { body: { paths } }));
    },
    async archiveInfo(paths, signal) {
      const answer = await call("POST", "/archiveinfo", { body: { paths }, signal });
      return parse(words.archiveInfo, answer, "POST /archiveinfo");
    },
  };
}

type Method = "GET" | "POST" | "DELETE";
interface More {
  body?: unknown;
  signal?: AbortSignal | undefined;
}

async function callServer(
  facility: StageFacility,
  method: Method,
  path: string,
  more: More,
): Promise<string> {
  return ask(facility, method, `${await endpointOf(facility, more.signal)}${path}`, more);
}

/** A URL without a path is a host that says where its endpoint is. */
async function endpointOf(facility: StageFacility, signal?: AbortSignal): Promise<string> {
  const { TAPE_REST_URL: url } = facility;
  if (url === undefined)
    throw new Error("TAPE_REST_URL is not set here: it names the tape system.");
  if (new URL(url).pathname !== "/") return url;
  const known = endpoints.get(url);
  if (known !== undefined) return known;
  const where = `${url.replace(/\/$/, "")}/.well-known/wlcg-tape-rest-api`;
  const { endpoints: found } = parse(
    words.discovery,
    await ask(facility, "GET", where, { signal }),
    where,
  );
  const uri = found.find(({ version }) => version === "v1")?.uri;
  if (uri === undefined) throw new Error(`${where} names no endpoint of version v1.`);
  const endpoint = readServiceUrl(uri);
  if (endpoint === undefined) throw new Error(`${where} names ${uri}: it is no http(s) URL.`);
  if (!mayNameEndpoint(new URL(where), new URL(endpoint)))
    throw new Error(
      "The token is not sent to an endpoint at another host, or without https, because " +
        `TAPE_REST_URL names it: ${endpoint}. If it is right, make it TAPE_REST_URL.`,
    );
  endpoints.set(url, endpoint);
  return endpoint;
}

/** The token goes to the endpoint: who is not known by a certificate can name itself alone. */
function mayNameEndpoint(host: URL, endpoint: URL): boolean {
  if (endpoint.protocol === "https:" && host.protocol === "https:") return true;
  return host.protocol === endpoint.protocol && host.hostname === endpoint.hostname;
}

/** They change with the server's configuration alone: a restart asks again. */
const endpoints = new Map<string, string>();

async function ask(
  { TAPE_REST_SECONDS: seconds, TAPE_REST_TOKEN_FILE: tokenFile }: StageFacility,
  method: Method,
  url: string,
  { body, signal }: More,
): Promise<string> {
  const token = tokenFile && (await readToken(tokenFile));
  const limit = AbortSignal.timeout(seconds * 1000);
  const response = await request(url, {
    method,
    headers: {
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  const text = await textOf(response.body);
  const { statusCode: status } = response;
  if (status >= 200 && status < 300) return text;
  throw new TapeRestError(status, `${method} ${new URL(url).pathname}: ${status} ${said(text)}`);
}

/** Read at each call: tokens last for hours, and something else renews the file. */
async function readToken(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The file of TAPE_REST_TOKEN_FILE cannot be read (${error.code}).`);
  });
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new Error("The file of TAPE_REST_TOKEN_FILE has no token, which is one word.");
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes)
      throw new Error(`The answer of the tape system has over ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Of a problem document its words, of another text its beginning. */
function said(text: string): string {
  const read = words.problem.safeParse(jsonOf(text));
  const { title = "", detail = "" } = read.success ? read.data : { detail: text };
  return [title, detail].filter(Boolean).join(": ").slice(0, 300) || "(without a reason)";
}

function parse<Answer>(schema: z.ZodType<Answer>, text: string, what: string): Answer {
  const read = schema.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw new Error(`The answer of the tape system to ${what} is not understood.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function unlessGone(call: Promise<string>): Promise<string | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TapeRestError && error.status === 404) return undefined;
    throw error;
  }
}
