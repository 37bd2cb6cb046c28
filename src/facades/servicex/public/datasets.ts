import type { Caller } from "../../../auth/caller.ts";
import {
  type DatasetView,
  listDatasetFiles,
  listDatasets,
  readDataset,
  removeDataset,
} from "../../../datasets/datasets.ts";
import type { Deps } from "../../../deps.ts";
import type { Endpoint } from "../../endpoint.ts";
import { badRequest, isNotFound, noDataset } from "../errors.ts";
import { writeJsonList } from "../json-list.ts";
import { timestamp } from "../times.ts";
import { lookupStatusOf } from "../words.ts";

const pageSize = 500;

export const listAllDatasets: Endpoint = {
  method: "get",
  path: "/servicex/datasets",
  access: "dataset.read",
  answer({ ctx, caller, query }) {
    const finder = query.get("did-finder") || undefined;
    const past = !["", "0", "false"].includes((query.get("show-deleted") ?? "").toLowerCase());
    return {
      write: (response) =>
        writeJsonList(response, "datasets", datasetsOf(ctx, caller, finder, past)),
    };
  },
};

export const getDataset: Endpoint = {
  method: "get",
  path: "/servicex/datasets/:id",
  access: "dataset.read",
  async answer({ ctx, caller, params }) {
    const dataset = await known(params.id, (id) => readDataset(ctx, id, caller));
    return {
      write: (response) =>
        writeJsonList(response, "files", filesOf(ctx, dataset.id, caller), toDataset(dataset)),
    };
  },
};

/** The next request that names it looks it up again. */
export const deleteDataset: Endpoint = {
  method: "delete",
  path: "/servicex/datasets/:id",
  access: "dataset.delete",
  async answer({ ctx, caller, params }) {
    const { removed, dataset } = await known(params.id, (id) => removeDataset(ctx, id, caller));
    if (!removed) throw badRequest(`Dataset ${dataset.id} has already been deleted`);
    return { status: 200, body: { "dataset-id": Number(dataset.id), stale: true } };
  },
};

async function known<Answer>(
  id: string | undefined,
  ask: (id: string) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(id ?? "");
  } catch (error) {
    if (isNotFound(error)) throw noDataset(id ?? "");
    throw error;
  }
}

async function* datasetsOf(
  ctx: Deps<"db">,
  caller: Caller,
  finder: string | undefined,
  past: boolean,
) {
  let cursor: string | undefined;
  do {
    const page = await listDatasets(ctx, caller, { finder, past, cursor, limit: pageSize });
    for (const dataset of page.items) yield toDataset(dataset);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

function toDataset({
  id,
  finder,
  name,
  state,
  outcome,
  files,
  size,
  events,
  last_used_at,
  updated_at,
}: DatasetView) {
  return {
    id: Number(id),
    name: finder === "user" ? name : `${finder}://${name}`,
    did_finder: finder,
    n_files: files,
    size,
    events,
    last_used: timestamp(last_used_at),
    last_updated: timestamp(updated_at),
    lookup_status: lookupStatusOf(outcome),
    is_stale: state === "stale" || state === "failed",
  };
}

async function* filesOf(ctx: Deps<"db">, id: string, caller: Caller) {
  let cursor: string | undefined;
  do {
    const page = await listDatasetFiles(ctx, id, caller, { cursor, limit: pageSize });
    for (const { file, paths, size, events, checksum } of page.items) {
      yield {
        id: file,
        adler32: checksum,
        file_size: size ?? 0,
        file_events: events ?? 0,
        paths: paths.join(","),
      };
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
