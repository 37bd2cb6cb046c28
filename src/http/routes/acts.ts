import { listActs } from "../../users/acts.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/people.ts";

export const listAllActs = route({
  tag: "users",
  method: "get",
  path: "/v1/acts",
  name: "listActs",
  access: "act.read",
  summary: "List what was done to accounts, tokens and messages, the newest first",
  query: schema.actsQuery,
  responses: {
    200: { description: "Acts: who did what to what.", schema: schema.actPage },
    409: { description: "Identity is off on this service." },
  },
  async handler(ctx, { caller, query }) {
    const { items, next } = await listActs(ctx, caller, query);
    return {
      status: 200,
      headers: { "cache-control": "private, no-store" },
      body: { items: items.map(schema.actView), next },
    };
  },
});
