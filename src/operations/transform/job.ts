// What a generator is given and what it gives back.
import type { FirstRows, TaskError } from "../contract.ts";
import type { FileKind } from "./file-kind.ts";
import type { HiveColumn } from "./hive-columns.ts";
import type { ReadAs, ReadSettings } from "./read-settings.ts";

export const formats = ["parquet", "csv", "json"] as const;
export type Format = (typeof formats)[number];

export const decimalChoices = ["keep", "double"] as const;
export type Decimals = (typeof decimalChoices)[number];

export interface LocalInput extends FileKind {
  /** a name without wildcards, under which the file is read */
  path: string;
  /** what its user calls it, for sentences */
  name: string;
  read: ReadSettings;
  /** columns that the folders of its path make, where the step asks for them */
  hiveColumns?: HiveColumn[] | undefined;
}

export interface Limits {
  memoryMegabytes: number;
  seconds: number;
  outputMegabytes: number;
  threads: number;
}

export interface Output {
  path: string;
  format: Format;
  decimals: Decimals;
}

export interface Job {
  /** jobs of one owner may share a process; others never do */
  owner: string;
  selection: string;
  input: LocalInput;
  output: Output;
  limits: Limits;
  signal: AbortSignal;
}

/** `rows`: the most to return. Nothing is written. */
export interface PreviewJob extends Omit<Job, "output"> {
  output: Omit<Output, "path">;
  rows: number;
}

export interface Check {
  selection: string;
  /** its names and types are checked too */
  input?: LocalInput | undefined;
  output?: Omit<Output, "path"> | undefined;
  /** the most that it may take */
  seconds?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** `problem`: why it cannot work; `unchecked`: why that could not be found out. */
export type CheckOutcome = { problem?: string; unchecked?: string };

export type JobOutcome = JobFailure | Written;
export type PreviewJobOutcome = JobFailure | (FirstRows & { readAs: ReadAs });

export interface JobFailure {
  error: TaskError;
  /** another try would fail alike, also where its class is one that may pass */
  settled?: boolean;
}

export interface Written {
  readAs: ReadAs;
  /** of the output */
  rows: number;
}

/** Turns a user's selection into work on one file. */
export interface Generator {
  /** Whether the selection can work. A file that cannot be read here and now is no reason. */
  check(check: Check): Promise<CheckOutcome>;
  /** Writes the output and tells what was understood of the input, or what went wrong. */
  run(job: Job): Promise<JobOutcome>;
  /** The first rows of what `run` would write. */
  preview(job: PreviewJob): Promise<PreviewJobOutcome>;
}
