import { type Request, type Response, Router } from "express";
import type { Context } from "../deps.ts";
import { RequestError } from "../errors.ts";
import type { Admit } from "./admit.ts";
import type { Locals } from "./call.ts";
import type { Mount } from "./mount.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes/index.ts";
import { send } from "./send.ts";
import { elsewhere, isServed, listenerOf } from "./served.ts";

/** Our own API, and what operators ask: everything that /openapi.json describes. */
export const v1: Mount = {
  name: "v1",
  owns: (path) => path.startsWith("/v1/"),
  hotRoutes: routes.filter((route) => route.hot),
  router(ctx, admit, serves) {
    const router = Router();
    const served = routes.filter(({ access }) => isServed(access, serves));
    for (const route of served)
      router[route.method](expressPath(route.path), answering(ctx, admit, route));
    for (const [path, methods] of methodsByPath(served))
      router.all(expressPath(path), refusingMethods(methods));
    for (const { access, path } of routes.filter((route) => !served.includes(route)))
      router.all(expressPath(path), ({ path: asked }: Request) => {
        throw elsewhere(listenerOf(access), asked);
      });
    return router;
  },
};

function answering(ctx: Context, admit: Admit, route: Route) {
  return async (request: Request, response: Response): Promise<void> => {
    const locals = response.locals as Locals;
    locals.route = route.path;
    const pathParameters = request.params;
    const reply = await route.answer({ ctx, admit, request, response, pathParameters });
    if ("write" in reply) await reply.write(response);
    else send(response, reply);
  };
}

function methodsByPath(served: readonly Route[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, method } of served) {
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

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
