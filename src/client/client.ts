// The client of `/v1`: thin functions over the types of its OpenAPI document.
import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import { allowedServiceUrl, readServiceUrl } from "../settings/service-url.ts";
import type { operations, paths } from "./api-types.ts";
import { fetchWith } from "./credentials.ts";
import type { Downloaded, DownloadOptions } from "./download.ts";
import { downloadRequest } from "./download-request.ts";
import { readEvents, type ServerEvent } from "./events.ts";
import { type GroupCalls, groupCalls } from "./group-calls.ts";
import { type KeyCalls, keyCalls } from "./key-calls.ts";
import { dataOf, type Reply } from "./reply.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import { type TokenCalls, tokenCalls } from "./token-calls.ts";
import { type UserCalls, userCalls } from "./user-calls.ts";
import type {
  DatasetFileView,
  DatasetView,
  DryRun,
  ErrorGroup,
  FileView,
  FileWithHistory,
  Limits,
  OperationView,
  Page,
  ReceiptKeys,
  Redrive,
  Redriven,
  RequestNow,
  RequestSummary,
  RequestView,
  ResultView,
  S3Access,
  SignedReceipt,
  Slots,
  Submit,
  WaitOptions,
} from "./views.ts";
import { type Watched, waitForEnd } from "./wait.ts";

export type * from "./views.ts";

type ListQuery = NonNullable<operations["listRequests"]["parameters"]["query"]>;
type DatasetsQuery = NonNullable<operations["listDatasets"]["parameters"]["query"]>;
type DatasetFilesQuery = NonNullable<operations["listDatasetFiles"]["parameters"]["query"]>;
type FilesQuery = NonNullable<operations["listFiles"]["parameters"]["query"]>;

export interface SubmitOptions extends RetryOptions {
  /** default: a new one for each call */
  idempotencyKey?: string | undefined;
}

/**
 * A service, as its callers see it. `token` is needed where the service asks for one: an API token,
 * which is exchanged for access tokens as long as it is good, or an access token itself.
 */
export class Longshore {
  readonly url: string;
  readonly tokens: TokenCalls;
  readonly accessKeys: KeyCalls;
  readonly users: UserCalls;
  readonly groups: GroupCalls;
  readonly #api: Client<paths>;

  constructor({
    url = "http://127.0.0.1:5000",
    token,
  }: {
    url?: string | undefined;
    token?: string | undefined;
  } = {}) {
    const address = readServiceUrl(url);
    if (address === undefined)
      throw new TypeError(`The service's URL must be ${allowedServiceUrl}.`);
    this.url = address;
    this.#api = createClient<paths>({
      baseUrl: address,
      fetch: fetchWith(address, token),
    });
    this.tokens = tokenCalls(address, this.#api);
    this.accessKeys = keyCalls(address, this.#api);
    this.users = userCalls(address, this.#api);
    this.groups = groupCalls(address, this.#api);
  }

  /**
   * Tries again when the connection breaks or the service is unavailable. All tries have the same
   * idempotency key, so they make one request.
   */
  async submit(
    body: Submit,
    { idempotencyKey = randomUUID(), ...retries }: SubmitOptions = {},
  ): Promise<RequestView> {
    const header = { "Idempotency-Key": idempotencyKey };
    const { signal } = retries;
    const options = { body, params: { header }, ...(signal && { signal }) };
    return withRetries(
      async () => this.#dataOf(await this.#api.POST("/v1/requests", options)),
      retries,
    );
  }

  /**
   * Tries a request's first step on its dataset's first file; nothing is submitted. Waits while the
   * service is busy with others.
   */
  async dryRun(body: Submit, retries: RetryOptions = {}): Promise<DryRun> {
    const { signal } = retries;
    const options = { body, ...(signal && { signal }) };
    return withRetries(
      async () => this.#dataOf(await this.#api.POST("/v1/dry-runs", options)),
      retries,
    );
  }

  async get(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<RequestNow> {
    const options = { ...byId(id), ...(signal && { signal }) };
    return this.#dataOf(await this.#api.GET("/v1/requests/{id}", options));
  }

  async list(
    query: ListQuery = {},
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Page<RequestSummary>> {
    const options = { params: { query }, ...(signal && { signal }) };
    return this.#dataOf(await this.#api.GET("/v1/requests", options));
  }

  async files(id: string, query: FilesQuery = {}): Promise<Page<FileView>> {
    const params = { path: { id }, query };
    return this.#dataOf(await this.#api.GET("/v1/requests/{id}/files", { params }));
  }

  /** a file with all that happened to it, and how it was read */
  async file(id: string, file: number): Promise<FileWithHistory> {
    const params = { path: { id, file } };
    return this.#dataOf(await this.#api.GET("/v1/requests/{id}/files/{file}", { params }));
  }

  /**
   * Every result so far, in the order in which they were recorded. `patienceSeconds` counts for
   * each page.
   */
  async *results(id: string, retries: RetryOptions = {}): AsyncGenerator<ResultView> {
    const { signal } = retries;
    for (let after: string | undefined; ; ) {
      const query = { limit: 200, ...(after === undefined ? {} : { after }) };
      const options = { params: { path: { id }, query }, ...(signal && { signal }) };
      const page = await withRetries(
        async () => this.#dataOf(await this.#api.GET("/v1/requests/{id}/results", options)),
        retries,
      );
      if (page.items.length === 0) return;
      yield* page.items;
      after = page.next;
    }
  }

  async cancel(id: string): Promise<RequestView> {
    return this.#dataOf(await this.#api.POST("/v1/requests/{id}/cancel", byId(id)));
  }

  /** why files failed, in groups, largest first */
  async errors(id: string): Promise<Page<ErrorGroup>> {
    return this.#dataOf(await this.#api.GET("/v1/requests/{id}/errors", byId(id)));
  }

  /** Starts the next round with failed files: all, those of some errors, or those named. */
  async redrive(id: string, chosen: Redrive = {}): Promise<Redriven> {
    const options = { ...byId(id), body: chosen };
    return this.#dataOf(await this.#api.POST("/v1/requests/{id}/redrive", options));
  }

  async delete(id: string): Promise<void> {
    const reply = await this.#api.DELETE("/v1/requests/{id}", byId(id));
    if (reply.response.status !== 204) this.#dataOf(reply);
  }

  async receipt(id: string): Promise<SignedReceipt> {
    return this.#dataOf(await this.#api.GET("/v1/requests/{id}/receipt", byId(id)));
  }

  /** the keys with which any S3 client reads the results of this request: secrets */
  async s3(id: string): Promise<S3Access> {
    return this.#dataOf(await this.#api.GET("/v1/requests/{id}/s3", byId(id)));
  }

  async receiptKeys(): Promise<ReceiptKeys> {
    return this.#dataOf(await this.#api.GET("/.well-known/longshore-keys"));
  }

  async datasets(query: DatasetsQuery = {}): Promise<Page<DatasetView>> {
    return this.#dataOf(await this.#api.GET("/v1/datasets", { params: { query } }));
  }

  async dataset(dataset: string): Promise<DatasetView> {
    const params = { path: { dataset } };
    return this.#dataOf(await this.#api.GET("/v1/datasets/{dataset}", { params }));
  }

  async datasetFiles(
    dataset: string,
    query: DatasetFilesQuery = {},
  ): Promise<Page<DatasetFileView>> {
    const params = { path: { dataset }, query };
    return this.#dataOf(await this.#api.GET("/v1/datasets/{dataset}/files", { params }));
  }

  /** Marks it stale: the next request that names it looks it up again. */
  async deleteDataset(dataset: string): Promise<DatasetView> {
    const params = { path: { dataset } };
    return this.#dataOf(await this.#api.DELETE("/v1/datasets/{dataset}", { params }));
  }

  /** what the service can do with a file, each with a JSON schema of its settings */
  async operations(): Promise<{ items: OperationView[] }> {
    return this.#dataOf(await this.#api.GET("/v1/operations"));
  }

  async limits(): Promise<Limits> {
    return this.#dataOf(await this.#api.GET("/v1/limits"));
  }

  async setLimits(operation: string, body: Slots): Promise<Limits> {
    const options = { params: { path: { operation } }, body };
    return this.#dataOf(await this.#api.PUT("/v1/limits/operations/{operation}", options));
  }

  async setShare(owner: string, share: number): Promise<Limits> {
    const options = { params: { path: { owner } }, body: { share } };
    return this.#dataOf(await this.#api.PUT("/v1/limits/users/{owner}", options));
  }

  /** Resolves with the request when it has ended. */
  async wait(id: string, options: WaitOptions = {}): Promise<RequestNow> {
    const get = (signal: AbortSignal) => this.get(id, { signal });
    const events: Watched["events"] = (signal, onBytes) => this.#events(id, signal, onBytes);
    return waitForEnd({ get, events }, options);
  }

  /**
   * Downloads every result that there is into a folder (default: `./<title>-<short id>`), named as
   * their inputs below the folder that these have in common. Files that are already complete there
   * are kept. Rejects with `FolderError` if the folder has results of another request, or another
   * file of such a name.
   */
  async download(
    id: string,
    folder?: string,
    options: DownloadOptions = {},
  ): Promise<Downloaded[]> {
    const { signal } = options;
    const source = {
      get: () => this.get(id, { ...(signal && { signal }) }),
      datasetFiles: (dataset: string, cursor: string | undefined) =>
        this.datasetFiles(dataset, { limit: 1000, ...(cursor && { cursor }) }),
      results: () => this.results(id, options),
    };
    return downloadRequest(source, folder, options);
  }

  async *#events(
    id: string,
    signal: AbortSignal,
    onBytes: () => void,
  ): AsyncGenerator<ServerEvent> {
    const options = { ...byId(id), parseAs: "stream" as const, signal };
    const reply = await this.#api.GET("/v1/requests/{id}/events", options);
    const body = this.#dataOf(reply) as unknown as ReadableStream<Uint8Array>;
    yield* readEvents(this.url, body, onBytes);
  }

  #dataOf<Data>(reply: Reply<Data>): Data {
    return dataOf(this.url, reply);
  }
}

function byId(id: string): { params: { path: { id: string } } } {
  return { params: { path: { id } } };
}
