import type { RequestListener } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import type { Context, Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { facades } from "../facades/index.ts";
import { collectProcessMetrics } from "../metrics.ts";
import { keyProblem } from "../requests/keys/keys.ts";
import { resultBuckets } from "../requests/read/result-bucket.ts";
import { baseMiddleware, type Locals, loggedPath } from "./base-middleware.ts";
import { docs } from "./docs.ts";
import { errorReply } from "./error-reply.ts";
import { hotPath } from "./hot-path.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes/index.ts";
import { type ObjectRoutes, objectRoutes } from "./routes/objects.ts";
import { send } from "./send.ts";

export function makeApp(ctx: Context): RequestListener {
  collectProcessMetrics();
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  app.use(baseMiddleware(ctx));
  for (const route of routes) app[route.method](expressPath(route.path), answering(ctx, route));
  app.use("/docs", docs());
  if (ctx.store.kind === "folder") app.use(objectRoutes(objectsOf(ctx)));
  for (const facade of facades) app.use(facade.router(ctx));
  for (const [path, methods] of methodsByPath())
    app.all(expressPath(path), refusingMethods(methods));
  app.use((request: Request) => {
    throw notFound("page", loggedPath(request.url));
  });
  app.use(answeringErrors(ctx));
  return hotPath(ctx, routes, app);
}

function objectsOf(ctx: Context): ObjectRoutes {
  const uploadLimitBytes = ctx.config.fileLimits.outputMegabytes * 1024 * 1024;
  return {
    ...ctx,
    uploadLimitBytes,
    isRecorded: resultBuckets(ctx).isRecorded,
    keyProblem: (key) => keyProblem(ctx, key),
  };
}

function answering(ctx: Context, route: Route) {
  return async (request: Request, response: Response): Promise<void> => {
    const locals = response.locals as Locals;
    locals.route = route.path;
    const reply = await route.answer({ ctx, request, response, pathParameters: request.params });
    if ("write" in reply) await reply.write(response);
    else send(response, reply);
  };
}

function methodsByPath(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const methods = method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()];
    found.set(path, [...(found.get(path) ?? []), ...methods]);
  }
  return found;
}

function refusingMethods(methods: string[]) {
  const allow = methods.join(", ");
  return (request: Request, response: Response): void => {
    response.setHeader("allow", allow);
    throw new RequestError(
      405,
      "bad_method",
      `${request.method} is not possible here; ${allow} ${methods.length === 1 ? "is" : "are"}.`,
    );
  };
}

/** Express knows an error handler by its four parameters. */
function answeringErrors(ctx: Deps<"log">) {
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const { requestId } = response.locals as Locals;
    send(response, errorReply(ctx, error, request.originalUrl, requestId));
  };
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
