import { RequestError } from "../../../errors.ts";
import type { Reply } from "../../../http/route.ts";
import type { Call } from "../../endpoint.ts";
import { isNotFound } from "../errors.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { datasetOf } from "./dataset-of.ts";

/** Records what a finder reports of the dataset that its address names. */
export async function reportLookup(
  { ctx, caller, params, response }: Call,
  record: (dataset: number) => Promise<unknown>,
): Promise<Reply> {
  try {
    const { dataset } = await retryWhileUnavailable(response, () =>
      datasetOf(ctx, params.id ?? "", caller),
    );
    await retryWhileUnavailable(response, () => record(dataset));
  } catch (error) {
    // As finders of 2025 expect it.
    if (error instanceof RequestError && isNotFound(error))
      throw new RequestError(422, "unknown_dataset", error.message);
    throw error;
  }
  return { status: 200, body: null };
}
