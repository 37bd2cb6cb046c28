import { z } from "zod";
import { receiveComplete } from "../../../datasets/receive.ts";
import { parse } from "../../../http/parse.ts";
import type { Endpoint } from "../../endpoint.ts";
import { readJsonOrForm } from "../body.ts";
import { plainPath } from "./paths.ts";
import { reportLookup } from "./report-lookup.ts";

const body = z.object({ files: z.coerce.number().int().min(0).nullish().catch(undefined) });

/** The finder reports that the list is complete; `files` is compared with what arrived. */
export const filesComplete: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/complete`,
  access: "lookup.report",
  async answer(call) {
    const { files } = parse(body, await readJsonOrForm(call.request, 1));
    return reportLookup(call, (dataset) =>
      receiveComplete(call.ctx, dataset, call.caller, { files: files ?? undefined }),
    );
  },
};
