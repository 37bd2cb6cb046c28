// Workers report thousands of times a second, each call waiting for the commit: these calls go past the router and its middleware.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Context } from "../deps.ts";
import { httpSeconds } from "./base-middleware.ts";
import { errorReply } from "./error-reply.ts";
import type { Reply, Route } from "./route.ts";
import { requireSameOrigin } from "./same-origin.ts";
import { send } from "./send.ts";

export function hotPath(
  ctx: Context,
  routes: readonly Route[],
  rest: RequestListener,
): RequestListener {
  const hot = new Map(
    routes
      .filter((route) => route.hot)
      .map((route) => [`${route.method.toUpperCase()} ${route.path}`, route]),
  );
  const ownUrls = () => [ctx.urls.public(), ctx.urls.internal()];

  async function answer(
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const started = performance.now();
    const reply = await replyOf(route, request, response);
    send(response, reply);
    const labels = { method: request.method ?? "", route: route.path, status: reply.status };
    httpSeconds.observe(labels, (performance.now() - started) / 1000);
  }

  async function replyOf(
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Reply> {
    try {
      if (!ctx.config.enableAuth) requireSameOrigin(request.headers, ownUrls);
      const reply = await route.answer({ ctx, request, response, pathParameters: {} });
      if ("write" in reply) throw new Error(`${route.name} streams and cannot be hot.`);
      return reply;
    } catch (error) {
      const requestId = randomUUID();
      const reply = errorReply(ctx, error, request.url ?? "/", requestId);
      return { ...reply, headers: { ...reply.headers, "x-request-id": requestId } };
    }
  }

  return (request, response) => {
    const route = hot.get(`${request.method} ${request.url}`);
    if (route) void answer(route, request, response);
    else rest(request, response);
  };
}
