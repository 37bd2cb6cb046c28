// The client of `/v1`: thin functions over the types of its OpenAPI document.
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { operations, paths } from "./api-types.ts";
import { type Downloaded, type DownloadOptions, downloadResults } from "./download.ts";
import { ApiError, retryAfterOf, UnreachableError, unreachable } from "./errors.ts";
import { readEvents } from "./events.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import type {
  DatasetFileView,
  DatasetView,
  ErrorGroup,
  FileView,
  FileWithHistory,
  Limits,
  Page,
  ReceiptKeys,
  Redrive,
  Redriven,
  RequestNow,
  RequestSummary,
  RequestView,
  ResultView,
  SignedReceipt,
  Slots,
  Submit,
  WaitOptions,
} from "./views.ts";
import { waitForEnd } from "./wait.ts";

export type * from "./views.ts";

type ListQuery = NonNullable<operations["listRequests"]["parameters"]["query"]>;
type DatasetsQuery = NonNullable<operations["listDatasets"]["parameters"]["query"]>;
type DatasetFilesQuery = NonNullable<operations["listDatasetFiles"]["parameters"]["query"]>;
type FilesQuery = NonNullable<operations["listFiles"]["parameters"]["query"]>;

export interface SubmitOptions extends RetryOptions {
  /** default: a new one for each call */
  idempotencyKey?: string | undefined;
}

export interface LongshoreClient {
  /**
   * Tries again when the connection breaks or the service is unavailable. All tries have the same
   * idempotency key, so they make one request.
   */
  submit(body: Submit, options?: SubmitOptions): Promise<RequestView>;
  get(id: string): Promise<RequestNow>;
  list(query?: ListQuery): Promise<Page<RequestSummary>>;
  files(id: string, query?: FilesQuery): Promise<Page<FileView>>;
  /** a file with all that happened to it, and how it was read */
  file(id: string, file: number): Promise<FileWithHistory>;
  /**
   * Every result so far, in the order in which they were recorded. The patience is of each page.
   */
  results(id: string, options?: RetryOptions): AsyncGenerator<ResultView>;
  cancel(id: string): Promise<RequestView>;
  /** why files failed, in groups, largest first */
  errors(id: string): Promise<Page<ErrorGroup>>;
  /** Starts the next round with failed files: all, those of some errors, or those named. */
  redrive(id: string, chosen?: Redrive): Promise<Redriven>;
  delete(id: string): Promise<void>;
  receipt(id: string): Promise<SignedReceipt>;
  receiptKeys(): Promise<ReceiptKeys>;
  datasets(query?: DatasetsQuery): Promise<Page<DatasetView>>;
  dataset(id: string): Promise<DatasetView>;
  datasetFiles(id: string, query?: DatasetFilesQuery): Promise<Page<DatasetFileView>>;
  /** Marks it stale: the next request that names it looks it up again. */
  deleteDataset(id: string): Promise<DatasetView>;
  limits(): Promise<Limits>;
  setLimits(operation: string, slots: Slots): Promise<Limits>;
  setShare(owner: string, share: number): Promise<Limits>;
  /** Resolves with the request when it has ended. */
  wait(id: string, options?: WaitOptions): Promise<RequestNow>;
  /** Downloads every result into a folder. Files that are already complete there are kept. */
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
    submit(body, { idempotencyKey = randomUUID(), ...retries } = {}) {
      const header = { "Idempotency-Key": idempotencyKey };
      const { signal } = retries;
      const options = { body, params: { header }, ...(signal && { signal }) };
      return withRetries(async () => dataOf(url, await api.POST("/v1/requests", options)), retries);
    },
    async get(id) {
      return dataOf(url, await api.GET("/v1/requests/{id}", { params: { path: { id } } }));
    },
    async list(query = {}) {
      return dataOf(url, await api.GET("/v1/requests", { params: { query } }));
    },
    async files(id, query = {}) {
      return dataOf(
        url,
        await api.GET("/v1/requests/{id}/files", { params: { path: { id }, query } }),
      );
    },
    async file(id, file) {
      return dataOf(
        url,
        await api.GET("/v1/requests/{id}/files/{file}", { params: { path: { id, file } } }),
      );
    },
    async *results(id, retries = {}) {
      const { signal } = retries;
      for (let after: string | undefined; ; ) {
        const query = { limit: 200, ...(after === undefined ? {} : { after }) };
        const options = { params: { path: { id }, query }, ...(signal && { signal }) };
        const page = await withRetries(
          async () => dataOf(url, await api.GET("/v1/requests/{id}/results", options)),
          retries,
        );
        if (page.items.length === 0) return;
        yield* page.items;
        after = page.next;
      }
    },
    async cancel(id) {
      return dataOf(url, await api.POST("/v1/requests/{id}/cancel", { params: { path: { id } } }));
    },
    async errors(id) {
      return dataOf(url, await api.GET("/v1/requests/{id}/errors", { params: { path: { id } } }));
    },
    async redrive(id, chosen = {}) {
      return dataOf(
        url,
        await api.POST("/v1/requests/{id}/redrive", { params: { path: { id } }, body: chosen }),
      );
    },
    async delete(id) {
      const reply = await api.DELETE("/v1/requests/{id}", { params: { path: { id } } });
      if (reply.response.status !== 204) dataOf(url, reply);
    },
    async receipt(id) {
      return dataOf(url, await api.GET("/v1/requests/{id}/receipt", { params: { path: { id } } }));
    },
    async receiptKeys() {
      return dataOf(url, await api.GET("/.well-known/longshore-keys"));
    },
    async datasets(query = {}) {
      return dataOf(url, await api.GET("/v1/datasets", { params: { query } }));
    },
    async dataset(dataset) {
      return dataOf(
        url,
        await api.GET("/v1/datasets/{dataset}", { params: { path: { dataset } } }),
      );
    },
    async datasetFiles(dataset, query = {}) {
      return dataOf(
        url,
        await api.GET("/v1/datasets/{dataset}/files", { params: { path: { dataset }, query } }),
      );
    },
    async deleteDataset(dataset) {
      return dataOf(
        url,
        await api.DELETE("/v1/datasets/{dataset}", { params: { path: { dataset } } }),
      );
    },
    async limits() {
      return dataOf(url, await api.GET("/v1/limits"));
    },
    async setLimits(operation, body) {
      return dataOf(
        url,
        await api.PUT("/v1/limits/operations/{operation}", {
          params: { path: { operation } },
          body,
        }),
      );
    },
    async setShare(owner, share) {
      return dataOf(
        url,
        await api.PUT("/v1/limits/users/{owner}", { params: { path: { owner } }, body: { share } }),
      );
    },
    wait: (id, options = {}) =>
      waitForEnd({ get: () => client.get(id), events: (signal) => events(id, signal) }, options),
    download: (id, folder, options = {}) =>
      downloadResults(client.results(id, options), folder, options),
  };

  async function* events(id: string, signal: AbortSignal) {
    const reply = await api.GET("/v1/requests/{id}/events", {
      params: { path: { id } },
      parseAs: "stream",
      signal,
    });
    const body = dataOf(url, reply) as unknown as ReadableStream<Uint8Array>;
    yield* readEvents(body);
  }

  return client;
}

async function fetchFrom(url: string, request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    return isEventStream(response) ? response : await wholeResponse(response);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable(url, error);
  }
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** Read here, so that a response that breaks off is an error of the connection. */
async function wholeResponse(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const text = await response.text();
  return new Response(status === 204 ? null : text, { status, statusText, headers });
}

interface Reply<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

function dataOf<Data>(url: string, { data, error, response }: Reply<Data>): Data {
  if (data !== undefined) return data;
  const { type, detail, errors } = (error ?? {}) as {
    type?: string;
    detail?: string;
    errors?: ApiError["errors"];
  };
  const { status } = response;
  const retryAfterSeconds = retryAfterOf(response);
  if (type === undefined || detail === undefined)
    throw new UnreachableError(url, `the server there returned ${status} and is not Longshore`, {
      status,
      retryAfterSeconds,
    });
  throw new ApiError(status, type.replace(/^.*:/, ""), detail, { errors, retryAfterSeconds });
}
