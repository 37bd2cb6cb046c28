// What the service asks of its query process, over Node's own channel.
import type { Format } from "../generator.ts";
import type { InputKind } from "../input-kind.ts";

export interface QueryInput {
  path: string;
  kind: InputKind;
  /** what its user calls it, for sentences */
  name: string;
}

export type QueryRequest = { sql: string; memoryMegabytes: number; threads: number } & (
  | { kind: "check"; input?: QueryInput }
  | { kind: "run"; input: QueryInput; output: { path: string; format: Format } }
);

export interface QueryReply {
  fault?: { class: string; message: string };
}

/** What a query process says first, once it has loaded. */
export const ready = "ready";
