// What the use cases return. `http` sends it unchanged.
import type { Readable } from "node:stream";
import type { FileList } from "../datasets/chunks.ts";
import type { FirstRows } from "../operations/contract.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import type { FileState, HistoryStatus, ReportStatus, RequestState } from "./state.ts";

export interface StepInput {
  operation: string;
  /** already parsed by the operation's schema */
  settings: Record<string, unknown>;
  retry?: RetryPolicy | null | undefined;
}

export interface Attachment {
  /** letters, digits, `-`, `_` and `.`; unique in the request */
  name: string;
  /** bytes */
  size: number;
  open(): Readable;
}

export interface SubmitInput {
  title?: string | undefined;
  dataset: { files: FileList<string | string[]> } | { did: string };
  steps: StepInput[];
  deadlineSeconds?: number | undefined;
  workers?: number | undefined;
  /** among the requests of the same owner; default 0 */
  priority?: number | undefined;
  stopAfterFailedPercent?: number | undefined;
  /** files of its own, which its steps read beside the dataset's */
  attachments?: Attachment[] | undefined;
  /** data that a façade stores with the request; opaque to the domain */
  facade?: Record<string, unknown> | undefined;
}

export interface DryRunView extends FirstRows {
  /** as it may be shown; null: the dataset has none */
  file: string | null;
  /** what was understood of the file */
  read_as: Record<string, unknown> | null;
}

export interface Counters {
  total: number;
  waiting: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  canceled: number;
}

export interface RetryView {
  attempts: number | null;
  wait_seconds: number | null;
  classes: string[] | null;
}

export interface StepSummary extends Counters {
  step: number;
  operation: string;
  /** the user's retry policy; null, also in its fields, means the default */
  retry: RetryView | null;
  passed: number;
}

export interface StepView extends StepSummary {
  settings: Record<string, unknown>;
}

/** As lists show it. */
export interface RequestSummary {
  id: string;
  /** small integer, for façades whose clients expect one */
  number: number;
  owner: string;
  title: string | null;
  state: RequestState;
  round: number;
  reason: string | null;
  incomplete: boolean;
  counters: Counters;
  steps: StepSummary[];
  dataset: {
    id: string;
    finder: string;
    name: string;
    did: string | null;
    state: string;
    files: number;
  };
  workers: number | null;
  priority: number;
  deadline: string | null;
  stop_after_failed_percent: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  facade: Record<string, unknown> | null;
}

export interface RequestView extends RequestSummary {
  steps: StepView[];
}

export interface FileView {
  file: number;
  paths: string[];
  step: number;
  state: FileState;
  attempt: number;
  worker: string | null;
  error: { fingerprint: string; class: string; message: string } | null;
  given_back: GivenBackView | null;
  updated_at: string;
}

/** A file that workers gave back in its step, and that has not been settled since. */
export interface GivenBackView {
  /** without duplicates */
  workers: string[];
  times: number;
  since: string;
  /** the reason of the last one */
  reason: string | null;
  /** it goes only to workers that have not given it back */
  withheld: boolean;
  /** for a person: what happened, and what helps */
  sentence: string;
}

/** What a step made of a file. */
export interface FileResult {
  step: number;
  attempt: number;
  name: string;
  size: number;
  checksum: string | null;
  /** how the file was read: format, columns, types and more; null if not reported */
  read_as: Record<string, unknown> | null;
}

/** How an attempt that succeeded read the file; kept when the attempt's results are removed. */
export interface Reading {
  step: number;
  attempt: number;
  read_as: Record<string, unknown>;
}

/** The code of the warning that a step was accepted without a check. */
export const uncheckedCode = "unchecked";

/** Something that a user should know about a request, although it continues. */
export interface Warning {
  code: string;
  message: string;
  /** number of files concerned */
  count: number;
  /** the first of them */
  files: number[];
}

export interface HistoryRow {
  step: number;
  attempt: number;
  round: number;
  status: HistoryStatus;
  timestamp: string;
  pod_name: string | null;
  info: string | null;
  /** what a success read; null for others, and where it was not recorded */
  input: InputRead | null;
}

/** The bytes that a worker read of a file. */
export interface InputRead {
  size: number;
  sha256: string;
}

export interface ResultView {
  seq: number;
  file: number | null;
  /** the first path of the file */
  input: string | null;
  step: number;
  attempt: number;
  name: string;
  size: number;
  checksum: string | null;
  created_at: string;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** One report, in the form of `/v1/work/reports`. */
export interface Report {
  request: string;
  file: number;
  step: number;
  attempt: number;
  status: ReportStatus;
  at?: string | undefined;
  error?:
    | {
        class: string;
        message: string;
        trace?: string | undefined;
        content?: string | undefined;
      }
    | undefined;
  results?: ReportedResult[] | undefined;
  input?: InputRead | undefined;
}

export interface ReportedResult {
  name: string;
  size: number;
  checksum?: string | undefined;
  details?: Record<string, unknown> | undefined;
  read_as?: Record<string, unknown> | undefined;
}

export type ReportAnswer =
  | "recorded"
  | "duplicate"
  | "superseded"
  | "unknown"
  | `refused: ${string}`;
