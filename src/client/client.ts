// The client of `/v1`: thin functions over the types of its OpenAPI document.
import createClient from "openapi-fetch";
import type { components, operations, paths } from "./api-types.ts";
import { type Downloaded, type DownloadOptions, downloadResults } from "./download.ts";
import { ApiError, reasonOf, UnreachableError } from "./errors.ts";
import { readEvents } from "./events.ts";
import { waitForEnd } from "./wait.ts";

export type Submit = components["schemas"]["Submit"];
export type StepInput = components["schemas"]["StepInput"];
export type RequestView = components["schemas"]["Request"];
/** with what it waits for, and when it will end */
export type RequestNow = components["schemas"]["RequestNow"];
export type Counters = components["schemas"]["Counters"];
export type FileView = components["schemas"]["File"];
export type ResultView = components["schemas"]["Result"];
export type ErrorGroup = components["schemas"]["ErrorGroup"];
export type Redrive = components["schemas"]["Redrive"];
export type Redriven = components["schemas"]["Redriven"];
export type SignedReceipt = components["schemas"]["SignedReceipt"];
export type ReceiptKeys = components["schemas"]["ReceiptKeys"];
export type DatasetView = components["schemas"]["Dataset"];
export type DatasetFileView = components["schemas"]["DatasetFile"];
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

type ListQuery = NonNullable<operations["listRequests"]["parameters"]["query"]>;
type DatasetsQuery = NonNullable<operations["listDatasets"]["parameters"]["query"]>;
type DatasetFilesQuery = NonNullable<operations["listDatasetFiles"]["parameters"]["query"]>;
type FilesQuery = NonNullable<operations["listFiles"]["parameters"]["query"]>;

export interface Progress {
  state: RequestView["state"];
  counters: Counters;
}

export interface WaitOptions {
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** called once when the service falls silent, and waiting goes on */
  onSilence?(reason: string): void;
  /** how long the service may be silent; 60 unless said */
  patienceSeconds?: number;
}

export interface LongshoreClient {
  submit(body: Submit, options?: { idempotencyKey?: string | undefined }): Promise<RequestView>;
  get(id: string): Promise<RequestNow>;
  list(query?: ListQuery): Promise<Page<RequestView>>;
  files(id: string, query?: FilesQuery): Promise<Page<FileView>>;
  /** every result there is now, in the order in which they came */
  results(id: string): AsyncGenerator<ResultView>;
  cancel(id: string): Promise<RequestView>;
  /** why files failed, in groups, the greatest first */
  errors(id: string): Promise<Page<ErrorGroup>>;
  /** Opens the next round with failed files: all, those of some errors, or those named. */
  redrive(id: string, chosen?: Redrive): Promise<Redriven>;
  delete(id: string): Promise<void>;
  receipt(id: string): Promise<SignedReceipt>;
  receiptKeys(): Promise<ReceiptKeys>;
  datasets(query?: DatasetsQuery): Promise<Page<DatasetView>>;
  dataset(id: string): Promise<DatasetView>;
  datasetFiles(id: string, query?: DatasetFilesQuery): Promise<Page<DatasetFileView>>;
  /** Forgets it: the next request that names it looks anew. */
  deleteDataset(id: string): Promise<DatasetView>;
  /** Resolves with the request when it has ended. */
  wait(id: string, options?: WaitOptions): Promise<RequestView>;
  /** Brings every result into a folder; what is there already, and right, stays. */
  download(id: string, folder: string, options?: DownloadOptions): Promise<Downloaded[]>;
}

export function longshoreClient({
  url,
  token,
}: {
  url: string;
  token?: string | undefined;
}): LongshoreClient {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const api = createClient<paths>({
    baseUrl: url,
    headers,
    fetch: (request) => fetchFrom(url, request),
  });

  const client: LongshoreClient = {
    async submit(body, { idempotencyKey } = {}) {
      const header = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
      return answerOf(url, await api.POST("/v1/requests", { body, params: { header } }));
    },
    async get(id) {
      return answerOf(url, await api.GET("/v1/requests/{id}", { params: { path: { id } } }));
    },
    async list(query = {}) {
      return answerOf(url, await api.GET("/v1/requests", { params: { query } }));
    },
    async files(id, query = {}) {
      return answerOf(
        url,
        await api.GET("/v1/requests/{id}/files", { params: { path: { id }, query } }),
      );
    },
    async *results(id) {
      for (let after: string | undefined; ; ) {
        const query = { limit: 200, ...(after === undefined ? {} : { after }) };
        const page = answerOf(
          url,
          await api.GET("/v1/requests/{id}/results", { params: { path: { id }, query } }),
        );
        if (page.items.length === 0) return;
        yield* page.items;
        after = page.next;
      }
    },
    async cancel(id) {
      return answerOf(
        url,
        await api.POST("/v1/requests/{id}/cancel", { params: { path: { id } } }),
      );
    },
    async errors(id) {
      return answerOf(url, await api.GET("/v1/requests/{id}/errors", { params: { path: { id } } }));
    },
    async redrive(id, chosen = {}) {
      return answerOf(
        url,
        await api.POST("/v1/requests/{id}/redrive", { params: { path: { id } }, body: chosen }),
      );
    },
    async delete(id) {
      const answer = await api.DELETE("/v1/requests/{id}", { params: { path: { id } } });
      if (answer.response.status !== 204) answerOf(url, answer);
    },
    async receipt(id) {
      return answerOf(
        url,
        await api.GET("/v1/requests/{id}/receipt", { params: { path: { id } } }),
      );
    },
    async receiptKeys() {
      return answerOf(url, await api.GET("/.well-known/longshore-keys"));
    },
    async datasets(query = {}) {
      return answerOf(url, await api.GET("/v1/datasets", { params: { query } }));
    },
    async dataset(dataset) {
      return answerOf(
        url,
        await api.GET("/v1/datasets/{dataset}", { params: { path: { dataset } } }),
      );
    },
    async datasetFiles(dataset, query = {}) {
      return answerOf(
        url,
        await api.GET("/v1/datasets/{dataset}/files", { params: { path: { dataset }, query } }),
      );
    },
    async deleteDataset(dataset) {
      return answerOf(
        url,
        await api.DELETE("/v1/datasets/{dataset}", { params: { path: { dataset } } }),
      );
    },
    wait: (id, options = {}) =>
      waitForEnd({ get: () => client.get(id), events: (signal) => events(id, signal) }, options),
    download: (id, folder, options = {}) => downloadResults(client.results(id), folder, options),
  };

  async function* events(id: string, signal: AbortSignal) {
    const answer = await api.GET("/v1/requests/{id}/events", {
      params: { path: { id } },
      parseAs: "stream",
      signal,
    });
    const body = answerOf(url, answer) as unknown as ReadableStream<Uint8Array>;
    yield* readEvents(body);
  }

  return client;
}

async function fetchFrom(url: string, request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new UnreachableError(url, reasonOf(error));
  }
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

function answerOf<Data>(url: string, { data, error, response }: Answer<Data>): Data {
  if (data !== undefined) return data;
  const { type, detail, errors } = (error ?? {}) as {
    type?: string;
    detail?: string;
    errors?: ApiError["errors"];
  };
  if (type === undefined || detail === undefined)
    throw new UnreachableError(
      url,
      `what answers there says ${response.status} and is not Longshore`,
    );
  throw new ApiError(response.status, type.replace(/^.*:/, ""), detail, errors);
}
