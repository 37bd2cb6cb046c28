import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import type { Query } from "../db/client.ts";
import type { SubmitInput } from "../requests/request.ts";
import { addListedFiles, closeDatasetIn, openDataset } from "./store.ts";

export async function resolveDataset(_ctx: Context, query: Query, dataset: SubmitInput["dataset"]): Promise<number> {
  const files = "files" in dataset ? dataset.files.map((one) => ({ paths: [one].flat() })) : [];
  const name = createHash("sha256").update(JSON.stringify(files)).digest("hex");
  const opened = await openDataset(query, "user", name);
  if (opened.created) {
    await addListedFiles(query, opened.id, files);
    await closeDatasetIn(query, opened.id, { outcome: "found" });
  }
  return opened.id;
}

export async function runLookups(_ctx: Context, _signal: AbortSignal): Promise<void> {
  return Promise.resolve();
}
