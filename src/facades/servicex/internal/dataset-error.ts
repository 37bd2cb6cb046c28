import { z } from "zod";
import { receiveError } from "../../../datasets/receive.ts";
import { parse } from "../../../http/parse.ts";
import type { Endpoint } from "../../endpoint.ts";
import { readJsonOrForm } from "../body.ts";
import { plainPath } from "./paths.ts";
import { reportLookup } from "./report-lookup.ts";

const body = z.object({ message: z.string().nullish(), "error-type": z.string().nullish() });

export const lookupError: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/error`,
  access: "lookup.report",
  async answer(call) {
    const { message, "error-type": kind } = parse(body, await readJsonOrForm(call.request, 1));
    return reportLookup(call, (dataset) =>
      receiveError(call.ctx, dataset, call.caller, kind ?? "internal_failure", message ?? ""),
    );
  },
};
