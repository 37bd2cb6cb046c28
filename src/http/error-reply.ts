import type { Deps } from "../deps.ts";
import { publicPath } from "../settings/public-path.ts";
import { loggedPath } from "./call.ts";
import type { Mount } from "./mount.ts";
import { problemReply } from "./problem.ts";
import type { Reply } from "./route.ts";

/**
 * The reply to a call that threw, in the format of the mount that owns the path. What is not the
 * caller's mistake is logged with its cause.
 */
export function errorReply(
  ctx: Deps<"log" | "urls">,
  mounts: readonly Mount[],
  error: unknown,
  url: string,
  requestId: string,
): Reply {
  const path = loggedPath(url).replace(/^\/+/, "/");
  const mount = mounts.find((candidate) => candidate.owns(path));
  const reply =
    mount?.errorReply?.(error, requestId) ??
    problemReply(error, publicPath(ctx.urls.public(), path), requestId);
  if (reply.status === 500)
    ctx.log.error({ err: error, request: requestId, path }, "a call failed");
  return reply;
}
