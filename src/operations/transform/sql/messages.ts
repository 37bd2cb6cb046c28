// What the service asks of its query process, over Node's own channel.
import type { FirstRows } from "../../contract.ts";
import type { LocalInput, Output } from "../job.ts";
import type { ReadAs } from "../read-settings.ts";

export type QueryInput = LocalInput;

export type QueryRequest = { sql: string; memoryMegabytes: number; threads: number } & (
  | { kind: "check"; input?: QueryInput; output?: Omit<Output, "path"> }
  | { kind: "run"; input: QueryInput; output: Output }
  | { kind: "preview"; input: QueryInput; output: Omit<Output, "path">; rows: number }
);

export interface QueryFailure {
  class: string;
  message: string;
  /** of a time-out: another try would take as long */
  settled?: boolean;
}

export interface QueryReply {
  failure?: QueryFailure;
  readAs?: ReadAs;
  /** that were written */
  rows?: number;
  /** of a preview */
  firstRows?: FirstRows;
}

/** Reading takes as long as the file is large; planning must not take long, whatever the file. */
export type Phase = "reading" | "planning" | "running";

export type ProcessMessage = { phase: Phase } | QueryReply;

export interface Bounds {
  seconds: number;
  /** for planning alone */
  planningSeconds: number;
  /** of the whole process: what DuckDB may take, and Node itself */
  residentMegabytes: number;
  output?: { path: string; megabytes: number } | undefined;
  signal?: AbortSignal | undefined;
}
