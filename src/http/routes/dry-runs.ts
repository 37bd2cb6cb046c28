import { dryRun } from "../../requests/lifecycle/dry-run.ts";
import { route } from "../route.ts";
import { dryRunView } from "../schemas/dry-run.ts";
import { submitRule } from "../schemas/submit.ts";
import { submitInputOf } from "../submit-input.ts";

export const dryRunRequest = route({
  method: "post",
  path: "/v1/dry-runs",
  name: "dryRun",
  tag: "requests",
  access: "request.submit",
  summary: "Try a request's first step on its dataset's first file, without submitting it",
  description:
    "Takes what a submit takes, checks all that it checks, and returns the columns and the first " +
    "ten rows of that file's result. Nothing is recorded and nothing is kept. Later rows are not " +
    "made, so an error in them does not show. It ends when its caller closes the connection.",
  body: submitRule,
  responses: {
    200: { description: "What the result would begin with.", schema: dryRunView },
    422: {
      description:
        "As at a submit; or the dataset cannot be looked up, its first file or the query fails " +
        "(`file_` and the class of the error), it takes too long, or there is no dry run of " +
        "these.",
    },
    503: {
      description:
        "Too many dry runs are going on, or something that the service needs is unavailable; try " +
        "again after Retry-After seconds.",
    },
  },
  async handler(ctx, { body, list, caller, gone }) {
    const input = submitInputOf(ctx.operations, body, list);
    return { status: 200, body: await dryRun(ctx, caller, input, { gone: gone() }) };
  },
});
