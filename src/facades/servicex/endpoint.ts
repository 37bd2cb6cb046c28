// One object an endpoint; the router, who may call and which methods are possible come from the list of them.
import { type Request, type Response, Router } from "express";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Locals } from "../../http/base-middleware.ts";
import type { Reply, Streamed } from "../../http/route.ts";
import { send } from "../../http/send.ts";
import { type Access, admit, type Caller } from "./caller.ts";

export interface Call {
  ctx: Context;
  caller: Caller;
  params: Record<string, string>;
  query: URLSearchParams;
  request: Request;
  response: Response;
}

export interface Endpoint {
  method: "get" | "post" | "put" | "delete";
  /** as Express writes parameters: `/servicex/transformation/:id` */
  path: `/${string}`;
  access: Access;
  /** called many times a second: no access log */
  hot?: boolean;
  answer(call: Call): Promise<Reply | Streamed> | Reply | Streamed;
}

export function endpointRouter(ctx: Context, endpoints: readonly Endpoint[]): Router {
  const router = Router({ caseSensitive: true });
  for (const endpoint of endpoints)
    router[endpoint.method](endpoint.path, answering(ctx, endpoint));
  for (const path of new Set(endpoints.map((one) => one.path)))
    router.all(path, refusingMethod(methodsOf(path, endpoints)));
  router.use("/servicex", (request: Request) => {
    throw new RequestError(
      404,
      "not_found",
      `There is nothing at ${request.originalUrl.split("?")[0]}.`,
    );
  });
  return router;
}

function answering(ctx: Context, { access, path, hot = false, answer }: Endpoint) {
  return async (request: Request<Record<string, string>>, response: Response): Promise<void> => {
    const locals = response.locals as Locals;
    locals.route = path;
    locals.hot = hot;
    const caller = admit(ctx, access);
    const query = new URLSearchParams(request.url.split("?").slice(1).join("?"));
    const reply = await answer({ ctx, caller, params: request.params, query, request, response });
    if ("write" in reply) await reply.write(response);
    else send(response, reply);
  };
}

function methodsOf(path: string, endpoints: readonly Endpoint[]): string[] {
  return endpoints
    .filter((one) => one.path === path)
    .flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]));
}

function refusingMethod(methods: string[]) {
  return (request: Request, response: Response): void => {
    response.setHeader("allow", methods.join(", "));
    throw new RequestError(
      405,
      "bad_method",
      `${request.method} is not possible here; possible: ${methods.join(", ")}.`,
    );
  };
}
