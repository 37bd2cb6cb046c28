import type { IncomingMessage } from "node:http";
import type { Context } from "../deps.ts";
import { publicPath } from "../settings/public-path.ts";
import { loggedPath } from "./call.ts";
import type { Mount } from "./mount.ts";
import { prefersPage } from "./prefers-page.ts";
import { type Problem, problemReply } from "./problem.ts";
import type { Reply } from "./route.ts";

type Call = Pick<IncomingMessage, "headers" | "url">;

/**
 * The reply to a call that threw: a page for a browser; for programs, in the format of the mount
 * that owns the path. What is not the caller's mistake is logged with its cause.
 */
export function errorReply(
  ctx: Context,
  mounts: readonly Mount[],
  error: unknown,
  { url = "/", headers }: Call,
  requestId: string,
): Reply {
  const path = loggedPath(url).replace(/^\/+/, "/");
  const problem = problemReply(error, publicPath(ctx.urls.public(), path), requestId);
  const mount = mounts.find((candidate) => candidate.owns(path));
  const own = mount?.errorReply?.(error, requestId) ?? problem;
  if (own.status === 500) ctx.log.error({ err: error, request: requestId, path }, "a call failed");
  const pages = prefersPage(headers.accept) ? mounts.find(({ errorPage }) => errorPage) : undefined;
  const page = pages?.errorPage?.(ctx, problem.body as Problem);
  const shown = page
    ? { ...problem, ...page, headers: { ...problem.headers, ...page.headers } }
    : own;
  return { ...shown, headers: { ...shown.headers, vary: "accept" } };
}
