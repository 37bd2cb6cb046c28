// Pages of other sites that may call a mount (the Fetch standard's CORS). Such a call is one
// without a name, or one with a token: its cookies are not read.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Deps } from "../deps.ts";
import type { Mount } from "./mount.ts";
import { send } from "./send.ts";

/** Whether the page's site may call the mount; if so, the browser is told. */
export function isLetIn(
  ctx: Deps<"config">,
  mount: Mount | undefined,
  { headers }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = headers;
  // With identity off every caller would be the local one
  if (origin === undefined || !mount?.origins || !ctx.config.enableAuth) return false;
  const origins = mount.origins(ctx);
  if (origins.length === 0) return false;
  response.setHeader("vary", "origin");
  if (!origins.includes("*") && !origins.includes(origin)) return false;
  delete headers.cookie;
  response.setHeader("access-control-allow-origin", origins.includes("*") ? "*" : origin);
  response.setHeader("access-control-expose-headers", exposed);
  return true;
}

const exposed = "accept-ranges, content-disposition, content-range, etag, location, retry-after";
const preflightSeconds = 600;

/** Answers what a browser asks before the call itself. */
export function answerPreflight(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return false;
  send(response, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, HEAD, POST, DELETE",
      "access-control-allow-headers": "authorization, content-type, range",
      "access-control-max-age": String(preflightSeconds),
    },
  });
  return true;
}
