import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type Request, Router } from "express";
import { identityOff, openToAnyone } from "../settings/contradictions.ts";
import type { Mount } from "./mount.ts";

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Links are relative to /docs: they hold under any prefix that a proxy puts in front. */
const pageWith = (notes: readonly string[]) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Longshore API</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="icon" href="docs/favicon-32x32.png">
  </head>
  <body>${notes.map((note) => `\n    <p>${note}</p>`).join("")}
    <noscript>
      This page needs JavaScript; <a href="openapi.json">openapi.json</a> has the same content.
    </noscript>
    <div id="api"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle(${JSON.stringify({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
})});\n`;

/** Swagger UI from our own origin: nothing is loaded from another. */
export const docs: Mount = {
  name: "docs",
  owns: (path) => /^\/docs(\/|$)/.test(path),
  contentSecurityPolicy,
  router({ config }, admit) {
    const warning = openToAnyone(config);
    const page = pageWith([
      ...(warning ? [`<strong role="alert">${warning}</strong>`] : []),
      ...(config.enableAuth ? [] : [`<small>${identityOff}</small>`]),
    ]);
    const assets = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
    const router = Router({ strict: true });
    router.use("/docs", async (request: Request, _response, next) => {
      await admit(request, "service.read");
      next();
    });
    router.get("/docs/", (_request, response) => response.redirect("../docs"));
    router.get("/docs", (_request, response) => {
      response.type("html").send(page);
    });
    router.get("/docs/start.js", (_request, response) => {
      response.type("js").send(start);
    });
    for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]) {
      router.get(`/docs/${name}`, (_request, response) =>
        response.sendFile(name, {
          root: assets,
          headers: { "cache-control": "public, max-age=3600" },
        }),
      );
    }
    return router;
  },
};
