// Calls of finders outside of this service (servicex.md 3.1 and 3.2): files, in any number of
// calls, then that the list is complete, or why there is none.

import { isRedacted } from "../addresses/shown.ts";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { readableText } from "../requests/reports/sanitize.ts";
import { timeSlice } from "../time-slice.ts";
import { assertMay } from "../users/policy.ts";
import { chunksOf, type FileList, piecesOf } from "./chunks.ts";
import type { FoundFile } from "./contract.ts";
import { keysOf } from "./file-keys.ts";
import { closeDataset, fillDataset, TooManyFilesError } from "./fill.ts";
import { failedOutcomes, lookupEnded } from "./lookup-end.ts";
import { announceFiles, lookupOf, noteLateFiles, noteOtherList } from "./lookup-store.ts";

/**
 * A finder sends `complete` over another connection than its files: the last ones may arrive this
 * much later.
 */
const graceSeconds = 10;
const longestReason = 2_048;

/**
 * A file that is sent again adds nothing. A file that arrives after the list was closed is not
 * added, and later requests look the list up again.
 */
export async function receiveFiles(
  ctx: Deps<"config" | "db" | "finders" | "ledger" | "notifier" | "verifyingKeys">,
  datasetId: number,
  caller: Caller,
  files: FileList<FoundFile>,
): Promise<{ added: number; total: number }> {
  assertMay(caller, "lookup.report");
  await assertExternalLookup(ctx, datasetId);
  await refuseUnreadable(files);
  const { added, total, announced, open } = await fillDataset(ctx, datasetId, files).catch(
    async (error: unknown) => {
      if (!(error instanceof TooManyFilesError)) throw error;
      const end = lookupEnded(error.message);
      await closeDataset(ctx, datasetId, end);
      throw new RequestError(413, "too_many_files", end.reason);
    },
  );
  if (!open) await noteLate(ctx, datasetId, files);
  else if (announced !== null && total >= announced)
    await closeDataset(ctx, datasetId, { outcome: "found" });
  return { added, total };
}

/** Until the dataset is known to be incomplete. */
async function noteLate(
  { db, verifyingKeys }: Deps<"db" | "verifyingKeys">,
  datasetId: number,
  files: FileList<FoundFile>,
): Promise<void> {
  for await (const chunk of chunksOf(files, ({ paths }) => paths)) {
    const keys = await keysOf(verifyingKeys, chunk.files);
    const mayBeMore = chunk.files.length < files.length;
    if (await db.tx((query) => noteLateFiles(query, datasetId, keys, mayBeMore))) return;
  }
}

/**
 * `files` is the number of files that the finder has found: if some have not arrived yet, the list
 * stays open for them a little longer.
 */
export async function receiveComplete(
  ctx: Deps<"db" | "finders" | "ledger" | "notifier">,
  datasetId: number,
  caller: Caller,
  { files }: { files?: number | undefined },
): Promise<void> {
  assertMay(caller, "lookup.report");
  await assertExternalLookup(ctx, datasetId);
  const announced =
    files !== undefined && Number.isSafeInteger(files) && files >= 0 ? files : undefined;
  if (
    announced !== undefined &&
    (await announceFiles(ctx.db.query, datasetId, announced, graceSeconds))
  )
    return;
  const ended = await closeDataset(ctx, datasetId, { outcome: "found", announced });
  // None is how finders of 2024 report a failure: that says nothing about the list that is there
  if (ended || !announced) return;
  await ctx.db.tx((query) => noteOtherList(query, datasetId, announced));
}

export async function receiveError(
  ctx: Deps<"db" | "finders" | "ledger" | "notifier">,
  datasetId: number,
  caller: Caller,
  type: string,
  message: string,
): Promise<void> {
  assertMay(caller, "lookup.report");
  await assertExternalLookup(ctx, datasetId);
  const outcome = failedOutcomes.find((one) => one === type) ?? "internal_failure";
  const reason =
    readableText(message).slice(0, longestReason) ||
    `The finder reports ${outcome} without a reason.`;
  await closeDataset(ctx, datasetId, { outcome, reason });
}

/** Outside finders may not fill a list in a request or a lookup of this service. */
async function assertExternalLookup(
  { db, finders }: Deps<"db" | "finders">,
  datasetId: number,
): Promise<void> {
  const lookup =
    Number.isSafeInteger(datasetId) && datasetId > 0
      ? await lookupOf(db.query, datasetId)
      : undefined;
  if (!lookup) throw notFound("dataset", String(datasetId));
  if (finders.has(lookup.finder) && !lookup.external) {
    throw new RequestError(
      409,
      "not_a_foreign_lookup",
      `Dataset ${datasetId} is looked up by this service itself: it takes no files from outside.`,
    );
  }
}

async function refuseUnreadable(files: FileList<FoundFile>): Promise<void> {
  const pause = timeSlice();
  let index = 0;
  for await (const piece of piecesOf(files)) {
    for (const file of piece) {
      refuseUnreadableFile(file, index++);
      await pause();
    }
  }
}

function refuseUnreadableFile({ paths }: FoundFile, index: number): void {
  const isGood = (path: string) => path !== "" && !path.includes("\0") && !isRedacted(path);
  if (paths.length > 0 && paths.every(isGood)) return;
  const detail =
    `File ${index} needs at least one path; paths may not be empty, contain a NUL character, ` +
    "or have [redacted] in place of a secret.";
  throw new RequestError(422, "bad_file", detail, [{ pointer: `/${index}/paths`, detail }]);
}
