import { z } from "zod";
import { receiveComplete } from "../../../datasets/receive.ts";
import { parse } from "../../../http/parse.ts";
import { readJsonOrForm } from "../body.ts";
import type { Endpoint } from "../endpoint.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { unknownDatasetIs422 } from "./dataset-error.ts";
import { datasetOf } from "./dataset-of.ts";
import { plainPath } from "./paths.ts";

const body = z.object({ files: z.coerce.number().int().min(0).nullish().catch(undefined) });

/** The finder reports that the list is complete; `files` is compared with what arrived. */
export const filesComplete: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/complete`,
  access: "lookup.report",
  async answer({ ctx, caller, params, request, response }) {
    const parsed = parse(body, await readJsonOrForm(request, 1));
    await unknownDatasetIs422(async () => {
      const { dataset } = await retryWhileUnavailable(response, () =>
        datasetOf(ctx, params.id ?? "", caller),
      );
      await retryWhileUnavailable(response, () =>
        receiveComplete(ctx, dataset, caller, { files: parsed.files ?? undefined }),
      );
    });
    return { status: 200, body: null };
  },
};
