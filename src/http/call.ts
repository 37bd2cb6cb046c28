// What every call begins and ends with: an id, headers that browsers obey, one line of log, its
// time.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Deps } from "../deps.ts";

/** Express keeps what a response already has as `locals`. */
export interface Locals {
  requestId: string;
  /** the path of the route that answered, with its parameters unnamed */
  route?: string;
  /** called many times a second: only failures of the service are logged */
  hot?: boolean;
}

export function beginCall(
  ctx: Deps<"callSeconds" | "clientAddress" | "log">,
  request: IncomingMessage,
  response: ServerResponse,
  hotRoute: string | undefined,
): Locals {
  const started = performance.now();
  const locals: Locals = { requestId: idOf(request) };
  if (hotRoute !== undefined) Object.assign(locals, { route: hotRoute, hot: true });
  // Unless an answer says otherwise: most are for one caller alone.
  response.setHeader("cache-control", "private, no-store");
  Object.assign(response, { locals });
  const { method = "" } = request;
  const path = loggedPath(request.url ?? "/");
  const address = ctx.clientAddress(request);
  response.on("finish", () => {
    const seconds = (performance.now() - started) / 1000;
    const status = response.statusCode;
    ctx.callSeconds.observe({ method, route: locals.route ?? "none", status }, seconds);
    if (!locals.hot || status >= 500)
      logAccess(ctx, { request: locals.requestId, address, method, path, status, seconds });
  });
  return locals;
}

const usualPolicy = "default-src 'none'; frame-ancestors 'none'";

export function setBrowserHeaders(
  response: ServerResponse,
  { requestId }: Locals,
  contentSecurityPolicy = usualPolicy,
): void {
  response.setHeader("x-request-id", requestId);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-security-policy", contentSecurityPolicy);
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}

function logAccess(ctx: Deps<"log">, line: { status: number } & Record<string, unknown>): void {
  if (line.status >= 400) ctx.log.info(line, "answered");
  else ctx.log.debug(line, "answered");
}

function idOf({ headers }: IncomingMessage): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.-]{8,100}$/.test(given) ? given : randomUUID();
}

export function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

/** Without the query and without the tokens that some paths carry. */
export function loggedPath(url: string): string {
  return pathOf(url)
    .slice(0, 300)
    .replace(/\/w\/+[^/]+/, "/w/…")
    .replace(/^(\/+isimip\/output\/[^/]+\/)[^/]+/, "$1…");
}
