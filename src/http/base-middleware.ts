// What every call passes first, but for those of the hot path.
import { randomUUID } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import { Histogram } from "prom-client";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { metrics } from "../metrics.ts";
import { requireSameOrigin } from "./same-origin.ts";

export const httpSeconds = new Histogram({
  name: "longshore_http_seconds",
  help: "Time to answer a call, by method, route and status",
  labelNames: ["method", "route", "status"],
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
  registers: [metrics],
});

export interface Locals {
  requestId: string;
  /** the path of the route that answered, with its parameters unnamed */
  route?: string;
  /** called many times a second: only its faults are logged */
  hot?: boolean;
}

export function baseMiddleware(
  ctx: Deps<"config" | "log" | "urls">,
): (request: Request, response: Response, next: NextFunction) => void {
  const ownUrls = () => [ctx.urls.public(), ctx.urls.internal()];
  return (request, response, next) => {
    const started = performance.now();
    const locals = response.locals as Locals;
    locals.requestId = idOf(request);
    response.setHeader("x-request-id", locals.requestId);
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    const { method } = request;
    const path = loggedPath(request.url);
    response.on("finish", () => {
      const took = (performance.now() - started) / 1000;
      httpSeconds.observe(
        { method, route: locals.route ?? "none", status: response.statusCode },
        took,
      );
      if (!locals.hot || response.statusCode >= 500)
        logAccess(ctx, {
          request: locals.requestId,
          method,
          path,
          status: response.statusCode,
          seconds: took,
        });
    });
    if (request.url.startsWith("//")) request.url = request.url.replace(/^\/+/, "/");
    if (!ctx.config.enableAuth) requireSameOrigin(request.headers, ownUrls);
    if (request.url.includes("%")) refuseUndecodable(pathOf(request.url));
    next();
  };
}

function refuseUndecodable(path: string): void {
  try {
    decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError)
      throw new RequestError(400, "bad_encoding", "The path is not valid percent-encoded UTF-8.");
    throw error;
  }
}

function logAccess(ctx: Deps<"log">, line: { status: number } & Record<string, unknown>): void {
  if (line.status >= 400) ctx.log.info(line, "answered");
  else ctx.log.debug(line, "answered");
}

function idOf(request: Request): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.-]{8,100}$/.test(given) ? given : randomUUID();
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

/** Without the query and without the tokens that some paths carry. */
export function loggedPath(url: string): string {
  return pathOf(url)
    .slice(0, 300)
    .replace(/\/w\/[^/]+/, "/w/…");
}
