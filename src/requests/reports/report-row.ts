import type { ReportStatus } from "../state.ts";

/** The folded reports of a file; a batch has at most one row per file. */
export interface ReportRow {
  request: string;
  file: number;
  step: number;
  attempt: number;
  status: ReportStatus;
  /** counts for the file's current attempt while it is open: the worker knows no attempts */
  open: boolean;
  worker: string;
  /** in milliseconds */
  at: number;
  /** of a start in the same batch, for the history */
  startAt: number | null;
  class: string | null;
  /** the message without numbers, paths and ids */
  groupMessage: string | null;
  fingerprint: string | null;
  info: string | null;
  /** a digest of the input, with failures that speak of the settings */
  content: string | null;
  /** JSON of [{name, size, checksum, details, read_as}] */
  results: string | null;
  /** what was read, with a success */
  inputSize: number | null;
  inputSha256: string | null;
}
