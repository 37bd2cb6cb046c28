// The link with the token. It gives the browser a cookie that is worth the same, and redirects to
// an address without the token. Opening it again changes nothing.
import { type Request, type Response, Router } from "express";
import { RequestError } from "../errors.ts";
import type { Mount } from "./mount.ts";

export const openLink: Mount = {
  name: "open",
  owns: (path) => path === "/open",
  router({ localAccess }) {
    const router = Router({ strict: true, caseSensitive: true });
    router.get("/open", (request: Request, response: Response) => {
      const token = new URLSearchParams(request.url.split("?")[1]).get("token") ?? "";
      if (!localAccess.isToken(token))
        throw new RequestError(
          401,
          "bad_token",
          "The link has no valid token. Each start of the service makes a new one: it is in " +
            "the file local-link of DATA_DIR.",
        );
      const { name, value, isSecure } = localAccess.cookieFor(request.socket);
      response.cookie(name, value, {
        httpOnly: true,
        sameSite: "strict",
        secure: isSecure,
        path: "/",
      });
      response.setHeader("cache-control", "no-store");
      // Relative: a proxy may serve it below a prefix.
      response.redirect(303, "./");
    });
    return router;
  },
};
