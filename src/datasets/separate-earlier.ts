import { separate } from "../addresses/sealed.ts";
import type { Deps } from "../deps.ts";
import type { SealKeys } from "../seal.ts";
import { timeSlice } from "../time-slice.ts";
import { movedKey } from "./file-keys.ts";
import { moveDataset } from "./move-store.ts";
import { secretListName } from "./resolve.ts";
import {
  type EarlierFile,
  earlierFiles,
  keepSeparated,
  lockProgress,
  renameList,
  replaceRemembered,
  type SeparatedFile,
} from "./separate-earlier-store.ts";

/** Ids a transaction looks through; most files have no secret, and are not returned. */
const idsAtOnce = 50_000;

/**
 * Takes the secrets out of addresses that an earlier version stored in plain text: migrations do
 * not have the key. It goes on where it ended, and stops when no file is left.
 */
export async function separateEarlierSecrets(
  ctx: Deps<"db" | "log" | "verifyingKeys">,
  signal: AbortSignal,
): Promise<number> {
  let separated = 0;
  for (let hasMore = true; hasMore && !signal.aborted; ) {
    const chunk = await ctx.db.tx(async (query) => {
      const { after, last } = await lockProgress(query);
      const to = Math.min(after + idsAtOnce, last);
      const files = await separateAll(ctx.verifyingKeys, await earlierFiles(query, after, to));
      for (const id of new Set(files.map(({ dataset }) => dataset)))
        await moveDataset(query, id, "outdate");
      for (const [id, digest] of secretLists(files))
        await renameList(query, id, secretListName(ctx.verifyingKeys, digest));
      await replaceRemembered(query, files);
      await keepSeparated(query, files, to);
      return { files: files.length, hasMore: to < last };
    });
    separated += chunk.files;
    hasMore = chunk.hasMore;
  }
  if (separated > 0)
    ctx.log.info({ files: separated }, "secrets in addresses of an earlier version were encrypted");
  return separated;
}

async function separateAll(keys: SealKeys, files: EarlierFile[]): Promise<SeparatedFile[]> {
  const separated: SeparatedFile[] = [];
  const pause = timeSlice();
  for (const file of files) {
    const { shown, sealed } = separate(keys, file.paths);
    if (sealed) separated.push({ ...file, shown, sealed, key: movedKey(file.id) });
    await pause();
  }
  return separated;
}

/** Lists of users, with the digests that they are named after. */
function secretLists(files: SeparatedFile[]): Map<number, string> {
  const lists = files.filter(
    ({ finder, name }) => finder === "user" && /^[0-9a-f]{64}$/.test(name),
  );
  return new Map(lists.map(({ dataset, name }) => [dataset, name]));
}
