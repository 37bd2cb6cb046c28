import { createRequire } from "node:module";
import { dirname } from "node:path";
import express, { type Router } from "express";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Longshore API</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <noscript>This page needs JavaScript; the same is in <a href="/openapi.json">/openapi.json</a>.</noscript>
    <div id="api"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });\n`;

/** Swagger UI from our own origin: nothing is fetched from elsewhere. */
export function docs(): Router {
  const assets = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const router = express.Router();
  router.use((_request, response, next) => {
    response.setHeader("content-security-policy", policy);
    next();
  });
  router.get("/", (_request, response) => {
    response.type("html").send(page);
  });
  router.get("/start.js", (_request, response) => {
    response.type("js").send(start);
  });
  for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]) {
    router.get(`/${name}`, (_request, response) =>
      response.sendFile(name, { root: assets, maxAge: "1h" }),
    );
  }
  return router;
}
