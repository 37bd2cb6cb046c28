import type { TaskError } from "../contract.ts";
import type { InputKind } from "./input-kind.ts";
import { sql } from "./sql/index.ts";

export const formats = ["parquet", "csv", "json"] as const;
export type Format = (typeof formats)[number];

export interface LocalInput {
  path: string;
  kind: InputKind;
  /** what its user calls it, for sentences */
  name: string;
}

export interface Job {
  /** jobs of one owner may share a process; others never do */
  owner: string;
  selection: string;
  input: LocalInput;
  output: { path: string; format: Format };
  limits: { memoryMegabytes: number; seconds: number; outputMegabytes: number; threads: number };
  signal: AbortSignal;
}

/** Turns a user's selection into work on one file. */
export interface Generator {
  /** Why the selection can never work, or undefined. With an input its names and types are checked too, without reading it all. */
  check(selection: string, input?: LocalInput): Promise<string | undefined>;
  /** Writes the output; answers what went wrong, or undefined. */
  run(job: Job): Promise<TaskError | undefined>;
}

export const generators = { sql } satisfies Record<string, Generator>;
export const generatorNames = Object.keys(generators) as (keyof typeof generators)[];
