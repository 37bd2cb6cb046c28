import { type Caller, ownerOf } from "../../auth/caller.ts";
import type { NamedDataset } from "../../datasets/resolve.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { facadeQuota } from "./facade-quota-store.ts";

/**
 * Throws 413 for a list that is longer than callers without a name may have. Of a dataset that a
 * finder knows, `advance` counts the files.
 */
export async function limitFacadeFiles(
  { db }: Deps<"db">,
  caller: Caller,
  dataset: NamedDataset,
): Promise<void> {
  const owner = caller.kind === "anonymous" ? ownerOf(caller) : undefined;
  if (owner === undefined || !("list" in dataset)) return;
  const { mostFiles = 0 } = (await facadeQuota(db.query, owner)) ?? {};
  if (dataset.list.length > mostFiles)
    throw new RequestError(413, "too_many_files", tooManyFiles(dataset.list.length, mostFiles));
}

export function tooManyFiles(files: number, most: number): string {
  return `It has ${files} files; of callers without a name, at most ${most} a request are taken.`;
}
