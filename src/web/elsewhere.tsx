// Pages of another port than the one that was called.
import { type Request, type Response, Router } from "express";
import type { Listener } from "../auth/listener.ts";
import type { Context } from "../deps.ts";
import { RequestError } from "../errors.ts";
import type { Admit } from "../http/admit.ts";
import { prefersPage } from "../http/prefers-page.ts";
import type { Reply } from "../http/route.ts";
import { send } from "../http/send.ts";
import { elsewhere } from "../http/served.ts";
import { pageReply } from "./layout.tsx";
import { linksOf } from "./links.ts";
import { expressPath, type Page } from "./page.ts";
import { type PageContext, visitorOf } from "./visitor.ts";
import { shown } from "./words.ts";

/** Refuses all calls of these pages. Whoever may open them gets a link to the other port. */
export function answeredElsewhere(
  ctx: Context,
  admit: Admit,
  home: Listener,
  pages: readonly Page[],
): Router {
  const router = Router({ caseSensitive: true });
  for (const { path, access } of pages)
    router.all(expressPath(path), async (request: Request, response: Response) => {
      const problem = elsewhere(home, request.path);
      if (!prefersPage(request.headers.accept)) throw problem;
      const caller = await admit(request, access).catch((error: unknown) => {
        throw error instanceof RequestError ? problem : error;
      });
      const visitor = await visitorOf(ctx, caller);
      const address = linksOf(ctx).to(request.url as `/${string}`);
      send(response, linkPage({ ...ctx, visitor }, problem, address));
    });
  return router;
}

function linkPage(ctx: PageContext, { status, message }: RequestError, address: string): Reply {
  const title = "At another port";
  return pageReply(
    ctx,
    { title, status },
    <>
      <h1>
        {title} <small>{status}</small>
      </h1>
      <p class="sentence">{message}</p>
      <p>
        <a href={address}>{shown(address, 2000)}</a>
      </p>
    </>,
  );
}
