import type { ZodType } from "zod";

/** What a worker gets of one file: the claim's answer, as `/v1/work/claim` words it. */
export interface Task {
  task: string;
  request: string;
  file: number;
  step: number;
  attempt: number;
  operation: string;
  settings: Record<string, unknown>;
  /** the file's paths, in order of preference */
  replicas: string[];
  /** URLs to read what the step before made; empty in the first step, where `replicas` are read */
  inputs: string[];
  /** one PUT of the named object; null for operations that make none */
  upload: { method: "PUT"; url: string; name: string } | null;
  lease_seconds: number;
}

export interface TaskError {
  /** a word from a short list: `bad_input`, `bad_query`, `not_found`, `forbidden`, `unavailable`, `timeout`, `memory`, `too_large`, `internal`, `given_back` */
  class: string;
  /** one sentence for a person */
  message: string;
  trace?: string;
}

export interface TaskResult {
  name: string;
  /** bytes */
  size: number;
  /** sha256 in hex */
  checksum?: string;
  details?: Record<string, unknown>;
}

/** A file is settled well or badly, is worth another try, or is to be asked about again later (no attempt, no worker held). */
export type TaskOutcome =
  | { status: "success"; results: TaskResult[] }
  | { status: "failure"; error: TaskError }
  | { status: "retry"; error: TaskError }
  | { askAgainInSeconds: number };

/** What the worker lends an operation; nothing else of the service is within its reach. */
export interface TaskContext {
  /** folder of its own, emptied after the task */
  scratch: string;
  inputRoots: string[];
  signal: AbortSignal;
  limits: { memoryMegabytes: number; seconds: number; outputMegabytes: number; threads: number };
  /** Reads a replica or an input URL into a local file: allowed roots, schemes and hosts only. */
  fetchInput(location: string): Promise<{ path: string; size: number }>;
  /** Uploads a local file as the task's named object; answers its size and checksum as sent. */
  upload(task: Task, path: string): Promise<TaskResult>;
}

export interface SubmitCheck {
  /** the first file's replicas, when they are known at submit and this step is the first */
  firstFile?: string[];
  inputRoots: string[];
}

export interface Operation<Settings = Record<string, unknown>> {
  readonly name: string;
  /** one line for /v1/operations */
  readonly summary: string;
  /** what a user must say; parsed once, at submit; unknown keys are refused */
  readonly settings: ZodType<Settings>;
  /** name of the result made of a file, without any folder; undefined for operations that make none */
  outputName?(settings: Settings, replica: string): string;
  /** Throws `Refused` with a sentence where the settings cannot work (a query's syntax, a wrong column of a local first file). */
  check?(settings: Settings, at: SubmitCheck): Promise<void>;
  perform(task: Task & { settings: Settings }, site: TaskContext): Promise<TaskOutcome>;
  /** An error class that condemns the whole request when its first readable file meets it, before thousands fail alike. */
  readonly fatalClasses?: readonly string[];
}
