import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Downloaded, type DownloadOptions, downloadResults } from "./download.ts";
import { type Input, localNames } from "./local-names.ts";
import { openManifest } from "./manifest.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import type { DatasetFileView, Page, RequestNow, RequestView, ResultView } from "./views.ts";

interface Source {
  get(): Promise<RequestNow>;
  datasetFiles(dataset: string, cursor: string | undefined): Promise<Page<DatasetFileView>>;
  results(): AsyncIterable<ResultView>;
}

/**
 * Downloads the results that there are. What they are called depends on all inputs, so it waits
 * for the end of the lookup.
 */
export async function downloadRequest(
  source: Source,
  folder: string | undefined,
  options: DownloadOptions,
): Promise<Downloaded[]> {
  const request = await whenFound(source, options);
  const target = folder ?? folderOf(request);
  const manifest = await openManifest(target, request.id);
  const nameOf = localNames(await inputsOf(source, request.dataset.id, options));
  try {
    return await downloadResults(
      source.results(),
      {
        folder: target,
        nameOf,
        mayReplace: manifest.has,
        record: (path, { name, file, input, size, checksum }) =>
          manifest.add({ request: request.id, path, result: name, file, input, size, checksum }),
      },
      options,
    );
  } finally {
    await manifest.close();
  }
}

/** Where a download goes that names no folder: `./<title>-<short id>`. */
export function folderOf({ id, title }: Pick<RequestView, "id" | "title">): string {
  const words = (title ?? "").normalize("NFC").replaceAll(/[^\p{L}\p{N}._]+/gu, "-");
  const plain = [...words.replace(/^[-._]+/, "")].slice(0, longestTitle).join("");
  return join(".", `${plain.replace(/[-._]$/, "") || "results"}-${id.slice(0, 8)}`);
}

const longestTitle = 50;

const pauseMilliseconds = 1000;

async function whenFound({ get }: Source, retries: RetryOptions): Promise<RequestNow> {
  for (;;) {
    const request = await withRetries(get, retries);
    if (request.dataset.state !== "lookup") return request;
    const { signal } = retries;
    await pause(pauseMilliseconds, undefined, signal && { signal });
  }
}

async function inputsOf(
  { datasetFiles }: Source,
  dataset: string,
  retries: RetryOptions,
): Promise<Input[]> {
  const inputs: Input[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await withRetries(() => datasetFiles(dataset, cursor), retries);
    for (const { file, paths } of page.items) inputs.push({ file, path: paths[0] ?? "" });
    if (page.next === null) return inputs;
    cursor = page.next;
  }
}
