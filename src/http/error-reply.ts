import type { Deps } from "../deps.ts";
import { facades } from "../facades/index.ts";
import { loggedPath } from "./base-middleware.ts";
import { problemReply } from "./problem.ts";
import type { Reply } from "./route.ts";

/** The answer to a call that threw, in the words of whoever owns the path; what is no fault of the caller goes to the log with its cause. */
export function errorReply(
  ctx: Deps<"log">,
  error: unknown,
  url: string,
  requestId: string,
): Reply {
  const path = loggedPath(url).replace(/^\/+/, "/");
  const facade = facades.find((one) => one.owns(path));
  const reply = facade?.errorReply(error, requestId) ?? problemReply(error, path, requestId);
  if (reply.status === 500)
    ctx.log.error({ err: error, request: requestId, path }, "a call failed");
  return reply;
}
