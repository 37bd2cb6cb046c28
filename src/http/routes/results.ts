import { z } from "zod";
import { listResults } from "../../requests/read/results.ts";
import { route } from "../route.ts";
import { resultPage } from "../schemas/file.ts";
import { limit, requestParams } from "../schemas/params.ts";

export const listRequestResults = route({
  method: "get",
  path: "/v1/requests/{id}/results",
  name: "listResults",
  tag: "results",
  access: "request.read",
  summary: "List the results of a request's last step, in the order in which they came",
  params: requestParams,
  query: z.strictObject({
    after: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: "The `next` of the previous page." }),
    limit: limit(1000, 100),
  }),
  responses: { 200: { description: "A page of results with signed URLs.", schema: resultPage } },
  async handler(ctx, { params, caller, query }) {
    return { status: 200, body: await listResults(ctx, params.id, caller, query) };
  },
});
