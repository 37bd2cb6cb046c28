import type { Settings, TaskError } from "./common-contract.ts";

/** A file that is looked at: work on it begins as in `perform`, and nothing of it is kept. */
export interface Preview<S = Settings> {
  settings: S;
  /** the file's paths, in order of preference */
  replicas: string[];
  /** processes are shared with nobody else */
  owner: string;
  /** the most rows to return */
  rows: number;
}

export type PreviewOutcome =
  | ({ status: "success" } & Previewed)
  | { status: "failure"; error: TaskError };

export interface Previewed extends FirstRows {
  /** the one of the replicas that was read */
  replica: string;
  /** what was understood of the file */
  read_as: Record<string, unknown>;
}

/** What a result would begin with. */
export interface FirstRows {
  columns: PreviewColumn[];
  /** a value for each column, as JSON that loses nothing */
  rows: unknown[][];
  /** there are more rows than these */
  more: boolean;
  /** sentences about what is not shown */
  notes: string[];
}

export interface PreviewColumn {
  name: string;
  type: string;
}
