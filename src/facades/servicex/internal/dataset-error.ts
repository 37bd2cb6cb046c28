import { z } from "zod";
import { receiveError } from "../../../datasets/receive.ts";
import { RequestError } from "../../../errors.ts";
import { parse } from "../../../http/parse.ts";
import { readJsonOrForm } from "../body.ts";
import type { Endpoint } from "../endpoint.ts";
import { isNotFound } from "../errors.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { datasetOf } from "./dataset-of.ts";
import { plainPath } from "./paths.ts";

const body = z.object({ message: z.string().nullish(), "error-type": z.string().nullish() });

export const lookupError: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/error`,
  access: "lookup.report",
  async answer({ ctx, caller, params, request, response }) {
    const parsed = parse(body, await readJsonOrForm(request, 1));
    await unknownDatasetIs422(async () => {
      const { dataset } = await retryWhileUnavailable(response, () =>
        datasetOf(ctx, params.id ?? "", caller),
      );
      await retryWhileUnavailable(response, () =>
        receiveError(
          ctx,
          dataset,
          caller,
          parsed["error-type"] ?? "internal_failure",
          parsed.message ?? "",
        ),
      );
    });
    return { status: 200, body: null };
  },
};

/** As finders of 2025 expect it. */
export async function unknownDatasetIs422(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RequestError && isNotFound(error))
      throw new RequestError(422, "unknown_dataset", error.message);
    throw error;
  }
}
