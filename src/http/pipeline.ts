// The one way of a call to its route. Workers claim and report thousands of times a second: their
// calls go past the router, everything else is the same.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Listener } from "../auth/listener.ts";
import type { Context } from "../deps.ts";
import { RequestError } from "../errors.ts";
import type { Admit } from "./admit.ts";
import { beginCall, pathOf, setBrowserHeaders } from "./call.ts";
import { answerPreflight, isLetIn } from "./cross-origin.ts";
import { errorReply } from "./error-reply.ts";
import type { Mount } from "./mount.ts";
import type { Route } from "./route.ts";
import { requireSameOrigin } from "./same-origin.ts";
import { send } from "./send.ts";
import { isServed } from "./served.ts";

const probes = ["/healthz", "/readyz"];

export interface PipelineOptions {
  mounts: readonly Mount[];
  admit: Admit;
  /** takes what is not hot */
  router: RequestListener;
  /** what the port is for */
  serves: readonly Listener[];
}

export function pipeline(
  ctx: Context,
  { mounts, admit, router, serves }: PipelineOptions,
): RequestListener {
  const hot = new Map(
    mounts
      .flatMap((mount) => mount.hotRoutes ?? [])
      .filter(({ access }) => isServed(access, serves))
      .map((route) => [`${route.method.toUpperCase()} ${route.path}`, route]),
  );
  const sameOrigin = { ownUrls: () => [ctx.urls.public(), ctx.urls.internal()] };

  async function answerHot(
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    try {
      const reply = await route.answer({ ctx, admit, request, response, pathParameters: {} });
      if ("write" in reply) throw new Error(`${route.name} streams and cannot be hot.`);
      send(response, reply);
    } catch (error) {
      response.setHeader("x-request-id", requestId);
      send(response, errorReply(ctx, mounts, error, request, requestId));
    }
  }

  return (request, response) => {
    const route = hot.get(`${request.method} ${request.url}`);
    const locals = beginCall(ctx, request, response, route?.path);
    try {
      const mount = route ? undefined : prepare(mounts, request, response, locals);
      const takesOthers = isLetIn(ctx, mount, request, response);
      requireSameOrigin(request, {
        ...sameOrigin,
        checkHost: !ctx.config.enableAuth,
        opensFromLinks: mount?.opensFromLinks === true,
        answersAtAddresses: probes.includes(request.url ?? ""),
        takesOthers,
      });
      if (takesOthers && answerPreflight(request, response)) return;
    } catch (error) {
      send(response, errorReply(ctx, mounts, error, request, locals.requestId));
      return;
    }
    if (!route) return router(request, response);
    answerHot(route, request, response, locals.requestId).catch((error: unknown) => {
      ctx.log.error({ err: error, request: locals.requestId }, "a call ended without an answer");
      response.destroy();
    });
  };
}

function prepare(
  mounts: readonly Mount[],
  request: IncomingMessage,
  response: ServerResponse,
  locals: Parameters<typeof setBrowserHeaders>[1],
): Mount | undefined {
  if (request.url?.startsWith("//")) request.url = request.url.replace(/^\/+/, "/");
  const path = pathOf(request.url ?? "/");
  const mount = mounts.find((candidate) => candidate.owns(path));
  setBrowserHeaders(response, locals, mount?.contentSecurityPolicy);
  if (path.includes("%")) refuseUndecodable(path);
  return mount;
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
