// Tokens for programs without a browser, as OAuth 2.0 has it: RFC 8628 (device authorization),
// 6749 (refresh), 7009 (revocation), 8414 (what is where).
import { type Request, type Response, Router } from "express";
import { RequestError } from "../../errors.ts";
import type { Locals } from "../call.ts";
import type { Mount } from "../mount.ts";
import { send } from "../send.ts";
import { oauthEndpoints, wellKnown } from "./endpoints.ts";
import { oauthErrorReply } from "./errors.ts";

export const oauth: Mount = {
  name: "oauth",
  owns: (path) => /^\/oauth(\/|$)/.test(path) || path === wellKnown,
  errorReply: oauthErrorReply,
  router(ctx, admit) {
    const router = Router({ strict: true, caseSensitive: true });
    for (const { method, path, access, answer } of oauthEndpoints) {
      router[method](path, async (request: Request, response: Response) => {
        (response.locals as Locals).route = path;
        await admit(request, access);
        send(response, await answer(ctx, request));
      });
      router.all(path, (request: Request, response: Response) => {
        const allow = method === "get" ? "GET, HEAD" : "POST";
        response.setHeader("allow", allow);
        throw new RequestError(
          405,
          "invalid_request",
          `${request.method} is not possible here; possible: ${allow}.`,
        );
      });
    }
    return router;
  },
};
