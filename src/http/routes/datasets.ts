import { z } from "zod";
import {
  listDatasetFiles,
  listDatasets,
  readDataset,
  removeDataset,
} from "../../datasets/datasets.ts";
import { route } from "../route.ts";
import { dataset, datasetFilePage, datasetPage } from "../schemas/dataset.ts";
import { cursor, datasetParams, limit } from "../schemas/params.ts";

const tag = "datasets";
const params = datasetParams;

export const listAllDatasets = route({
  method: "get",
  path: "/v1/datasets",
  name: "listDatasets",
  tag,
  access: "dataset.read",
  summary: "List the datasets that new requests would use, the newest first",
  query: z.strictObject({
    finder: z.string().min(1).max(100).optional(),
    past: z
      .enum(["true", "false"])
      .transform((word) => word === "true")
      .optional()
      .meta({ description: "Also those that no new request uses." }),
    cursor,
    limit: limit(200, 50),
  }),
  responses: { 200: { description: "A page of datasets.", schema: datasetPage } },
  handler: async (ctx, { caller, query }) => ({
    status: 200,
    body: await listDatasets(ctx, caller, query),
  }),
});

export const getDataset = route({
  method: "get",
  path: "/v1/datasets/{dataset}",
  name: "getDataset",
  tag,
  access: "dataset.read",
  summary: "Read a dataset",
  params,
  responses: { 200: { description: "The dataset.", schema: dataset } },
  handler: async (ctx, call) => ({
    status: 200,
    body: await readDataset(ctx, call.params.dataset, call.caller),
  }),
});

export const listFilesOfDataset = route({
  method: "get",
  path: "/v1/datasets/{dataset}/files",
  name: "listDatasetFiles",
  tag,
  access: "dataset.read",
  summary: "List the files of a dataset, in the order in which they were found",
  params,
  query: z.strictObject({ cursor, limit: limit(1000, 100) }),
  responses: { 200: { description: "A page of files.", schema: datasetFilePage } },
  handler: async (ctx, call) => ({
    status: 200,
    body: await listDatasetFiles(ctx, call.params.dataset, call.caller, call.query),
  }),
});

export const deleteDataset = route({
  method: "delete",
  path: "/v1/datasets/{dataset}",
  name: "deleteDataset",
  tag,
  access: "dataset.delete",
  summary:
    "Mark a dataset stale: the next request that names it looks it up again; requests that " +
    "use it keep it",
  params,
  responses: { 200: { description: "It is stale.", schema: dataset } },
  handler: async (ctx, call) => ({
    status: 200,
    body: (await removeDataset(ctx, call.params.dataset, call.caller)).dataset,
  }),
});
