// One object for each endpoint; the router, who may call and which methods are possible come from
// their list.
import { type Request, type Response, Router } from "express";
import type { Caller, Facade } from "../auth/caller.ts";
import type { Listener } from "../auth/listener.ts";
import type { Context, Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import type { Admit } from "../http/admit.ts";
import { type Locals, loggedPath } from "../http/call.ts";
import type { Reply, Streamed } from "../http/route.ts";
import { send } from "../http/send.ts";
import { isServed } from "../http/served.ts";
import { type Action, assertMay } from "../users/policy.ts";

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
  /** what a call does, by which users/policy.ts says who may make it */
  access: Action;
  /**
   * The caller that the address itself names, by what it signs; throws where the signature is
   * wrong.
   */
  callerOf?(ctx: Deps<"verifyingKeys">, params: Record<string, string>): Caller;
  /** called many times a second: no access log */
  hot?: boolean;
  answer(call: Call): Promise<Reply | Streamed> | Reply | Streamed;
}

interface Served {
  endpoints: readonly Endpoint[];
  serves: readonly Listener[];
  /** where callers without a name may be taken */
  facade?: Facade;
  /** nothing below it but the endpoints: 404 in the façade's own words */
  under?: `/${string}`;
}

export function endpointRouter(
  ctx: Context,
  admit: Admit,
  { endpoints: all, serves, facade, under }: Served,
): Router {
  const endpoints = all.filter(({ access }) => isServed(access, serves));
  const router = Router({ caseSensitive: true });
  for (const endpoint of endpoints)
    router[endpoint.method](endpoint.path, answering(ctx, admit, endpoint, facade));
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path)))
    router.all(path, refusingMethod(methodsOf(path, endpoints)));
  if (under !== undefined)
    router.use(under, (request: Request) => {
      throw new RequestError(
        404,
        "not_found",
        `There is nothing at ${loggedPath(request.originalUrl)}.`,
      );
    });
  return router;
}

function answering(ctx: Context, admit: Admit, endpoint: Endpoint, facade: Facade | undefined) {
  const { access, path, hot = false, answer } = endpoint;
  return async (request: Request<Record<string, string>>, response: Response): Promise<void> => {
    const locals = response.locals as Locals;
    locals.route = path;
    locals.hot = hot;
    const { params } = request;
    const caller = endpoint.callerOf?.(ctx, params) ?? (await admit(request, access, facade));
    assertMay(caller, access);
    const query = new URLSearchParams(request.url.split("?").slice(1).join("?"));
    const reply = await answer({ ctx, caller, params, query, request, response });
    if ("write" in reply) await reply.write(response);
    else send(response, reply);
  };
}

function methodsOf(path: string, endpoints: readonly Endpoint[]): string[] {
  return endpoints
    .filter((endpoint) => endpoint.path === path)
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
