// What the client takes and returns, mostly types of the OpenAPI document.
import type { components } from "./api-types.ts";

export type Submit = components["schemas"]["Submit"];
export type StepInput = components["schemas"]["StepInput"];
export type RequestView = components["schemas"]["Request"];
/** a request in a list: without the settings of its steps */
export type RequestSummary = components["schemas"]["RequestSummary"];
/** a request with what it is waiting for and its expected end */
export type RequestNow = components["schemas"]["RequestNow"];
/** what a request would make of its first file */
export type DryRun = components["schemas"]["DryRun"];
export type Counters = components["schemas"]["Counters"];
export type FileView = components["schemas"]["File"];
export type FileWithHistory = components["schemas"]["FileWithHistory"];
export type ResultView = components["schemas"]["Result"];
export type ErrorGroup = components["schemas"]["ErrorGroup"];
export type S3Access = components["schemas"]["S3Access"];
export type Redrive = components["schemas"]["Redrive"];
export type Redriven = components["schemas"]["Redriven"];
export type SignedReceipt = components["schemas"]["SignedReceipt"];
export type ReceiptKeys = components["schemas"]["ReceiptKeys"];
export type Limits = components["schemas"]["Limits"];
export type Slots = components["schemas"]["Slots"];
export type DatasetView = components["schemas"]["Dataset"];
export type DatasetFileView = components["schemas"]["DatasetFile"];
/** a person's account, as administrators see it */
export type Account = components["schemas"]["Account"];
/** a group of people */
export type Group = components["schemas"]["Group"];
export type GroupMember = components["schemas"]["GroupMember"];
/** makes an input root, a host or a dataset one that is read for a group's members alone */
export type Binding = components["schemas"]["Binding"];
/** what is known of an API token; not the token itself */
export type ApiToken = components["schemas"]["ApiToken"];
export type NewApiToken = components["schemas"]["NewApiToken"];
/** with the token itself, which is shown only this once */
export type MadeApiToken = components["schemas"]["MadeApiToken"];
/** what is known of a key of a program, a façade or another service; not the key itself */
export type AccessKey = components["schemas"]["AccessKey"];
export type NewAccessKey = components["schemas"]["NewAccessKey"];
/** with the key itself, which is shown only this once */
export type MadeAccessKey = components["schemas"]["MadeAccessKey"];
export type NewWorkerToken = components["schemas"]["NewWorkerToken"];
export type WorkerToken = components["schemas"]["WorkerToken"];
export type OperationView = components["schemas"]["Operation"];

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Progress {
  state: RequestView["state"];
  counters: Counters;
}

export interface WaitOptions {
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** called once when the service stops answering; waiting continues */
  onSilence?(reason: string): void;
  /** give up after the service has not answered for so long (default 60) */
  patienceSeconds?: number;
}
