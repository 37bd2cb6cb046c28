// The nouns of the domain, as the use cases answer them. `http` puts them on the wire as they are.
import type { RetryPolicy } from "./retry-policy.ts";
import type { FileState, HistoryStatus, RequestState } from "./state.ts";

export interface StepInput {
  operation: string;
  /** already parsed by the operation's schema */
  settings: Record<string, unknown>;
  retry?: RetryPolicy | null | undefined;
}

export interface SubmitInput {
  title?: string | undefined;
  dataset: { files: (string | string[])[] } | { did: string };
  steps: StepInput[];
  deadlineSeconds?: number | undefined;
  workers?: number | undefined;
  /** among the requests of the same owner; 0 is usual */
  priority?: number | undefined;
  stopAfterFailedPercent?: number | undefined;
  /** what a façade wants to find again; opaque to the domain */
  facade?: Record<string, unknown> | undefined;
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

export interface StepView extends Counters {
  step: number;
  operation: string;
  settings: Record<string, unknown>;
  /** what its user said of trying again; null: nothing, and null inside: nothing of this */
  retry: RetryView | null;
  passed: number;
}

export interface RequestView {
  id: string;
  /** small whole number, for façades whose clients want one */
  number: number;
  owner: string;
  title: string | null;
  state: RequestState;
  round: number;
  reason: string | null;
  incomplete: boolean;
  counters: Counters;
  steps: StepView[];
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

export interface FileView {
  file: number;
  paths: string[];
  step: number;
  state: FileState;
  attempt: number;
  worker: string | null;
  error: { fingerprint: string; class: string; message: string } | null;
  updated_at: string;
}

/** What a step made of a file. */
export interface FileResult {
  step: number;
  attempt: number;
  name: string;
  size: number;
  checksum: string | null;
  /**
   * how the file was understood: format, columns, types and more; null where its worker did not
   * tell
   */
  read_as: Record<string, unknown> | null;
}

/** What a user should know of a request that goes on all the same. */
export interface Warning {
  code: string;
  message: string;
  /** files that it is about */
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
}

export interface ResultView {
  seq: number;
  file: number | null;
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

/** One line of a report, as `/v1/work/reports` words it. */
export interface Report {
  request: string;
  file: number;
  step: number;
  attempt: number;
  status: "start" | "retry" | "success" | "failure";
  at?: string | undefined;
  error?: { class: string; message: string; trace?: string | undefined } | undefined;
  results?:
    | {
        name: string;
        size: number;
        checksum?: string | undefined;
        details?: Record<string, unknown> | undefined;
        read_as?: Record<string, unknown> | undefined;
      }[]
    | undefined;
}

export type ReportAnswer =
  | "recorded"
  | "duplicate"
  | "superseded"
  | "unknown"
  | `refused: ${string}`;
