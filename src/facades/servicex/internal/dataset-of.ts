import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { noDataset } from "../errors.ts";
import { findRequest } from "../find.ts";

/** Finders of 2024 send a dataset's id, those of 2022 the id of the request that waits for it. */
export async function datasetOf(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
): Promise<{ dataset: number; answer: Record<string, string> }> {
  if (/^\d{1,15}$/.test(id)) return { dataset: Number(id), answer: { dataset_id: id } };
  if (!id.includes("-")) throw noDataset(id);
  const { dataset } = await findRequest(ctx, id, caller, "lookup.report");
  return { dataset: Number(dataset.id), answer: { "request-id": id } };
}
