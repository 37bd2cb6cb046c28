// One object for each page; the router, who may call and which methods are possible come from
// their list.
import { type Request, type Response, Router } from "express";
import { type Caller, sessionOf } from "../auth/caller.ts";
import { requireCsrf } from "../auth/csrf.ts";
import type { Context } from "../deps.ts";
import { RequestError } from "../errors.ts";
import type { Admit } from "../http/admit.ts";
import type { Locals } from "../http/call.ts";
import { type Reply, type Streamed, untilGone } from "../http/route.ts";
import { send } from "../http/send.ts";
import type { Action } from "../users/policy.ts";
import { readForm } from "./form.ts";
import { type Links, linksOf } from "./links.ts";
import { type PageContext, visitorOf } from "./visitor.ts";

export interface PageCall {
  ctx: PageContext;
  caller: Caller;
  /** with Express's own parts, for what is written for Express */
  request: Request;
  links: Links;
  params: Record<string, string>;
  /** without empty ones, which a form sends for what was left empty; the last of equal names */
  query: Record<string, string>;
  /** of a POST, likewise */
  form: Record<string, string>;
  /** aborted when the caller has closed the connection */
  gone(): AbortSignal;
}

export interface Page {
  method: "get" | "post";
  /** with parameters as OpenAPI writes them: `/requests/{id}` */
  path: `/${string}`;
  /** what a call does, by which users/policy.ts says who may make it */
  access: Action;
  answer(call: PageCall): Promise<Reply | Streamed> | Reply | Streamed;
}

export function pageRouter(ctx: Context, admit: Admit, pages: readonly Page[]): Router {
  const router = Router({ caseSensitive: true });
  for (const page of pages)
    router[page.method](expressPath(page.path), answering(ctx, admit, page));
  for (const path of new Set(pages.map((page) => page.path)))
    router.all(expressPath(path), refusingMethod(pages.filter((page) => page.path === path)));
  return router;
}

function answering(ctx: Context, admit: Admit, { access, path, method, answer }: Page) {
  return async (request: Request<Record<string, string>>, response: Response): Promise<void> => {
    const locals = response.locals as Locals;
    locals.route = path;
    const caller = await admit(request, access);
    const visitor = await visitorOf(ctx, caller);
    const { csrf, ...form } = method === "post" ? filled(await readForm(request)) : {};
    const session = sessionOf(caller);
    if (method === "post" && session !== undefined) requireCsrf(ctx, session, csrf);
    const reply = await answer({
      ctx: { ...ctx, visitor },
      caller,
      request,
      links: linksOf(ctx),
      params: request.params,
      query: filled(new URLSearchParams(request.url.split("?").slice(1).join("?"))),
      form,
      gone: () => untilGone(response),
    });
    if ("write" in reply) await reply.write(response);
    else send(response, reply);
  };
}

function refusingMethod(pages: readonly Page[]) {
  const allow = pages
    .flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : ["POST"]))
    .join(", ");
  return (request: Request, response: Response): void => {
    response.setHeader("allow", allow);
    throw new RequestError(
      405,
      "bad_method",
      `${request.method} is not possible here; possible: ${allow}.`,
    );
  };
}

/** Postgres takes no NUL. */
function filled(values: URLSearchParams): Record<string, string> {
  const pairs = [...values].filter(([, value]) => value !== "");
  if (pairs.some((pair) => pair.join("").includes("\0")))
    throw new RequestError(400, "bad_query", "What was sent contains a NUL character.");
  return Object.fromEntries(pairs);
}

/** As Express writes its parameters. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
