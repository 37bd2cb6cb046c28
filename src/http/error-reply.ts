import type { IncomingMessage } from "node:http";
import type { Context } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { publicPath } from "../settings/public-path.ts";
import { loggedPath } from "./call.ts";
import type { Mount } from "./mount.ts";
import { prefersPage } from "./prefers-page.ts";
import { type Problem, problemReply } from "./problem.ts";
import type { Reply } from "./route.ts";

type Call = Pick<IncomingMessage, "headers" | "method" | "url">;

/**
 * The reply to a call that threw: a page for a browser; for programs, in the format of the mount
 * that owns the path. What is not the caller's mistake is logged with its cause.
 */
export function errorReply(
  ctx: Context,
  mounts: readonly Mount[],
  error: unknown,
  call: Call,
  requestId: string,
): Reply {
  const { url = "/", headers } = call;
  const path = loggedPath(url).replace(/^\/+/, "/");
  const problem = problemReply(error, publicPath(ctx.urls.public(), path), requestId);
  const mount = mounts.find((candidate) => candidate.owns(path));
  const own = mount?.errorReply?.(error, requestId) ?? problem;
  if (own.status === 500) ctx.log.error({ err: error, request: requestId, path }, "a call failed");
  const signIn = signInInstead(ctx, mounts, error, call);
  if (signIn) return { ...signIn, headers: { ...signIn.headers, vary: "accept" } };
  const pages = prefersPage(headers.accept) ? mounts.find(({ errorPage }) => errorPage) : undefined;
  const page = pages?.errorPage?.(ctx, problem.body as Problem);
  const shown = page
    ? { ...problem, ...page, headers: { ...problem.headers, ...page.headers } }
    : own;
  return { ...shown, headers: { ...shown.headers, vary: "accept" } };
}

/** Only what a person opens: a form would lose what was typed into it. */
function signInInstead(
  ctx: Context,
  mounts: readonly Mount[],
  error: unknown,
  { url = "/", headers, method = "GET" }: Call,
): Reply | undefined {
  const isOpened = ["GET", "HEAD"].includes(method) && prefersPage(headers.accept);
  if (!isOpened || headers.authorization !== undefined) return undefined;
  if (!(error instanceof RequestError) || error.code !== "unauthorized") return undefined;
  return mounts.find(({ signIn }) => signIn)?.signIn?.(ctx, url);
}
