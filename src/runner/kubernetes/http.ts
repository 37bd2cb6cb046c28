import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { apiError } from "./api-error.ts";
import type { Cluster } from "./connect.ts";

export interface Call {
  method: "GET" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string>;
  accept?: string;
  body?: { type: string; json: unknown };
  signal: AbortSignal;
}

const mostErrorBytes = 65_536;

/**
 * The answer of the cluster's API to a call, when it is a success; otherwise throws `ApiError`.
 * `response` has to be read to its end or destroyed; it ends with the call's signal.
 */
export async function send(
  cluster: Cluster,
  call: Call,
  isRepeated = false,
): Promise<IncomingMessage> {
  const { headers, agent } = await cluster.login();
  const text = call.body && JSON.stringify(call.body.json);
  const request = cluster.server.protocol === "http:" ? http.request : https.request;
  const asked = request(addressOf(cluster.server, call), {
    method: call.method,
    agent,
    signal: call.signal,
    headers: {
      ...headers,
      accept: call.accept ?? "application/json",
      "user-agent": "longshore",
      ...(call.body && text && { "content-type": call.body.type }),
      ...(text && { "content-length": Buffer.byteLength(text) }),
    },
  });
  asked.end(text);
  let response: IncomingMessage;
  try {
    [response] = (await once(asked, "response")) as [IncomingMessage];
  } catch (error) {
    call.signal.throwIfAborted();
    // The server closed the kept connection just when it was used again; all our calls may repeat
    if (asked.reusedSocket && !isRepeated) return send(cluster, call, true);
    throw error;
  }
  // From here on the response reports what goes wrong, and nothing else listens to the request
  asked.on("error", () => undefined);
  const { statusCode: status = 0 } = response;
  if (status >= 200 && status < 300) return response;
  if (status === 401) cluster.forgetLogin();
  throw apiError(status, response.headers, (await endOf(response, mostErrorBytes)).toString());
}

function addressOf(server: URL, { path, query = {} }: Call): URL {
  // An API behind a proxy has a path of its own
  const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** The last bytes of a body of any length. */
export async function endOf(body: AsyncIterable<Buffer>, bytes: number): Promise<Buffer> {
  let end = Buffer.alloc(0);
  for await (const chunk of body) end = Buffer.concat([end, chunk]).subarray(-bytes);
  return end;
}

export interface TimeLimit {
  signal: AbortSignal;
  /** the time begins anew */
  restart(): void;
  end(): void;
}

/**
 * Aborts after the time, and with the given signal. That one is as old as the process, and
 * AbortSignal.any would add something to it at each call: this removes what it adds.
 */
export function limitOf(seconds: number, signal: AbortSignal): TimeLimit {
  const over = new AbortController();
  const onAbort = () => over.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(
    () => over.abort(new Error(`The cluster's API did not answer within ${seconds} seconds.`)),
    seconds * 1000,
  );
  timer.unref();
  return {
    signal: over.signal,
    restart: () => void timer.refresh(),
    end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
