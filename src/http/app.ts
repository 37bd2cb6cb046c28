import type { RequestListener } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import type { Authenticate } from "../auth/authenticate.ts";
import { authenticator } from "../auth/authenticate.ts";
import { type Listener, listeners } from "../auth/listener.ts";
import type { Context } from "../deps.ts";
import { notFound } from "../errors.ts";
import { makeAdmit } from "./admit.ts";
import { type Locals, loggedPath } from "./call.ts";
import { errorReply } from "./error-reply.ts";
import type { Mount } from "./mount.ts";
import { pipeline } from "./pipeline.ts";
import { send } from "./send.ts";

/** What a port serves: what of `mounts` is for it, in the order in which paths are tried. */
export function makeApp(
  ctx: Context,
  mounts: readonly Mount[],
  authenticate: Authenticate = authenticator(ctx),
  serves: readonly Listener[] = listeners,
): RequestListener {
  const admit = makeAdmit(ctx, authenticate);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  for (const mount of mounts) app.use(mount.router(ctx, admit, serves));
  app.use((request: Request) => {
    throw notFound("page", loggedPath(request.url));
  });
  /** Express knows an error handler by its four parameters. */
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const { requestId } = response.locals as Locals;
    const { originalUrl: url, headers, method } = request;
    const call = { url, headers, method };
    send(response, errorReply(ctx, mounts, error, call, requestId));
  });
  return pipeline(ctx, { mounts, admit, router: app, serves });
}
