import type { Caller } from "../../auth/caller.ts";
import { listDatasetFiles } from "../../datasets/datasets.ts";
import type { Deps } from "../../deps.ts";
import { listFiles } from "../../requests/read/files.ts";
import type { FileView, Page, RequestView } from "../../requests/views.ts";
import { notOfRequest } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { findStage } from "./stage-request.ts";

export interface StagedFile {
  /** as it was asked for */
  path: string;
  /** undefined: the ledger will have it shortly */
  file: FileView | undefined;
}

const limit = 1000;

/** A request to change and its files. Throws 400 for a path that is not of the request. */
export async function findNamed(
  ctx: Deps<"db">,
  parts: Pick<Parts, "limitsOf">,
  caller: Caller,
  { id, paths }: { id: string; paths: string[] },
): Promise<{ view: RequestView; staged: Map<string, StagedFile> }> {
  const { view, data } = await findStage(ctx, parts, caller, { id, action: "request.change" });
  const staged = await stagedFiles(ctx, caller, view);
  const refused = new Set(data.refused.map(({ path }) => path));
  const stranger = paths.find((path) => !staged.has(path) && !refused.has(path));
  if (stranger !== undefined) throw notOfRequest(stranger);
  return { view, staged };
}

/** All of the request, by their paths. */
export async function stagedFiles(
  ctx: Deps<"db">,
  caller: Caller,
  { id, dataset }: RequestView,
): Promise<Map<string, StagedFile>> {
  const found = new Map<string, StagedFile>();
  const registered = await all((cursor) => listFiles(ctx, id, caller, { cursor, limit }));
  if (registered.length < dataset.files) {
    const listed = await all((cursor) =>
      listDatasetFiles(ctx, dataset.id, caller, { cursor, limit }),
    );
    for (const { paths } of listed)
      found.set(askedFor(paths), { path: askedFor(paths), file: undefined });
  }
  for (const file of registered) {
    const path = askedFor(file.paths);
    found.set(path, { path, file });
  }
  return found;
}

/**
 * Of a file in the ledger: what is recalled and, where it differs, how it was asked for. That is no
 * other copy to try, and may be another file for the tape system: with a slash at its end nothing
 * can be recalled by it.
 */
export function namedPaths(recalled: string, asked: string): string[] {
  return recalled === asked ? [recalled] : [recalled, `${asked}/`];
}

function askedFor(paths: string[]): string {
  const [recalled = "", asked] = paths;
  return asked === undefined ? recalled : asked.slice(0, -1);
}

async function all<Item>(
  page: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items: some, next } = await page(cursor);
    items.push(...some);
    if (next === null) return items;
    cursor = next;
  }
}
