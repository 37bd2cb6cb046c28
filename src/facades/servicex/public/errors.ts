import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import type { RequestView } from "../../../requests/views.ts";
import type { Endpoint } from "../../endpoint.ts";
import { findRequest } from "../find.ts";
import { writeJsonList } from "../json-list.ts";
import { failedFiles } from "../outcomes.ts";

/** Each failed file once, with its reason; clients of 2022 print it. */
export const errors: Endpoint = {
  method: "get",
  path: "/servicex/transformation/:id/errors",
  access: "request.read",
  async answer({ ctx, caller, params }) {
    const view = await findRequest(ctx, params.id ?? "", caller);
    return { write: (response) => writeJsonList(response, "errors", errorsOf(ctx, view, caller)) };
  },
};

async function* errorsOf(ctx: Deps<"db">, view: RequestView, caller: Caller) {
  for await (const { paths, worker, error } of failedFiles(ctx, view.id, caller)) {
    yield {
      "pod-name": worker,
      file: paths.join(","),
      events: null,
      info: error?.message ?? "no reason was given",
    };
  }
}
