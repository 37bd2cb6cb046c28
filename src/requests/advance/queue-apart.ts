import type { Deps } from "../../deps.ts";
import { stepsThatConvert, withoutEnding } from "../sidecars/conversion.ts";
import { objectNameOf } from "./object-names.ts";
import { type PublishedRow, queueFiles } from "./publish-store.ts";
import { lockNames, namesInWork, waitingPaths } from "./queue-apart-store.ts";

/**
 * Queues files whose workers may name their objects after the path that they read. Files that share
 * a name are never worked on at the same time: the next one is queued when the one before has its
 * result under a name of its own, or has failed.
 */
export function queueApart(
  { ledger }: Deps<"ledger">,
  request: string,
  step: number,
  limit: number,
  graceSeconds: number,
): Promise<PublishedRow[]> {
  return ledger.tx(async (query) => {
    // Two processes that choose at once would choose two files of one name.
    await lockNames(query, request);
    const converts = (await stepsThatConvert(query, request)).size > 0;
    const nameOf = (path: string) =>
      converts ? withoutEnding(objectNameOf(path)) : objectNameOf(path);
    const taken = new Set((await namesInWork(query, request)).map(nameOf));
    const files: number[] = [];
    for (const { file, paths } of await waitingPaths(query, request, step, limit)) {
      const names = paths.map(nameOf);
      if (names.some((name) => taken.has(name))) continue;
      for (const name of names) taken.add(name);
      files.push(file);
    }
    return files.length > 0 ? queueFiles(query, request, step, limit, graceSeconds, files) : [];
  });
}
