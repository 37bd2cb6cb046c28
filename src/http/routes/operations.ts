import { z } from "zod";
import { route } from "../route.ts";

const operation = z
  .object({
    name: z.string(),
    summary: z.string(),
    settings: z.record(z.string(), z.unknown()).meta({ description: "A JSON schema." }),
  })
  .meta({ id: "Operation" });

export const listOperations = route({
  method: "get",
  path: "/v1/operations",
  name: "listOperations",
  tag: "operations",
  access: "service.read",
  summary: "What this service can do with a file, each with its settings' schema",
  responses: {
    200: {
      description: "The operations.",
      schema: z.object({ items: z.array(operation), next: z.null() }),
    },
  },
  handler(ctx) {
    const items = [...ctx.operations.values()].map(({ name, summary, settings }) => ({
      name,
      summary,
      settings: z.toJSONSchema(settings, { io: "input" }),
    }));
    return { status: 200, body: { items, next: null } };
  },
});
