import { z } from "zod";
import { openToAnyone } from "../../settings/contradictions.ts";
import { publicPath } from "../../settings/public-path.ts";
import { decide } from "../../users/policy.ts";
import { documentOf } from "../openapi.ts";
import { type Route, route } from "../route.ts";

/** The document lists the routes, and this route is one of them: hence the function. */
export function getOpenApi(routes: () => readonly Route[]): Route {
  return route({
    method: "get",
    path: "/openapi.json",
    name: "getOpenApi",
    tag: "health",
    access: "service.read",
    summary: "This document",
    responses: {
      200: {
        description: "The OpenAPI 3.1 document of this service.",
        schema: z.record(z.string(), z.unknown()),
      },
    },
    handler({ config, operations, urls }, { caller }) {
      const server = publicPath(urls.public(), "") || "/";
      const maySubmit = decide(caller, "request.submit") === "allowed";
      const [inputFolder] = maySubmit ? config.inputFolders.roots : [];
      const document = documentOf(routes(), [...operations.values()], server, inputFolder);
      const warning = openToAnyone(config);
      if (warning === undefined) return { status: 200, body: document };
      const description = `${document.info.description} ${warning}`;
      return { status: 200, body: { ...document, info: { ...document.info, description } } };
    },
  });
}
