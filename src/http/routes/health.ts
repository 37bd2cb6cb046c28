import { z } from "zod";
import { exposeMetrics } from "../../requests/monitor/expose.ts";
import { readiness } from "../readiness.ts";
import { route } from "../route.ts";

export const getHealth = route({
  method: "get",
  path: "/healthz",
  name: "getHealth",
  tag: "health",
  access: "service.health",
  summary: "Check that the process is alive",
  responses: {
    200: { description: "It is alive.", schema: z.object({ status: z.literal("alive") }) },
  },
  handler: () => ({ status: 200, body: { status: "alive" } }),
});

const readinessBody = z
  .object({
    status: z.enum(["ready", "not ready"]),
    missing: z.record(z.string(), z.string()),
    warnings: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: "Readiness" });

export const getReadiness = route({
  method: "get",
  path: "/readyz",
  name: "getReadiness",
  tag: "health",
  access: "service.health",
  summary: "Check that the service can serve: database, migrations, queue and store",
  responses: {
    200: {
      description:
        "It can. A store that is full is in `warnings`: results wait, but requests are " +
        "submitted, read and deleted.",
      schema: readinessBody,
    },
    503: {
      description: "It cannot; `missing` says what is unavailable, in words.",
      schema: readinessBody,
    },
  },
  async handler(ctx) {
    const found = await readiness(ctx);
    if (Object.keys(found.missing).length === 0)
      return { status: 200, body: { status: "ready", ...found } };
    return {
      status: 503,
      body: { status: "not ready", ...found },
      headers: { "retry-after": "2" },
    };
  },
});

export const getMetrics = route({
  method: "get",
  path: "/metrics",
  name: "getMetrics",
  tag: "health",
  access: "service.measure",
  summary: "Metrics for Prometheus",
  responses: {
    200: {
      description: "The metrics.",
      mediaType: "text/plain",
      example: "longshore_http_seconds_count 12",
    },
  },
  async handler(ctx) {
    const { body, contentType } = await exposeMetrics(ctx);
    return { status: 200, body, headers: { "content-type": contentType } };
  },
});
