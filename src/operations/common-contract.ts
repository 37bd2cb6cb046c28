import type { ZodObject, ZodType } from "zod";
import type { InputFolders } from "../inputs/folders.ts";

/** Settings as the ledger keeps them: the output of the operation's own schema. */
export type Settings = Record<string, unknown>;

/**
 * What the operation's own environment variables say here, by variable; the output of its schema.
 */
export type Facility = Record<string, unknown>;

export interface TaskError {
  /** a word of `errorClasses`, or one of the operation's own */
  class: string;
  /** one sentence for a person */
  message: string;
  trace?: string | undefined;
  /** equal for inputs of equal bytes; the worker adds it where the class is one to fail fast */
  content?: string | undefined;
  /**
   * The reason is the worker, by its settings, its user or its machine: it gives the file back.
   * Never sent.
   */
  here?: boolean | undefined;
}

export interface TaskResult {
  name: string;
  /** bytes */
  size: number;
  /** sha256 in hex */
  checksum?: string | undefined;
  details?: Record<string, unknown> | undefined;
  /** what was understood of the file that it was made of */
  read_as?: Record<string, unknown> | undefined;
}

/** A file of a request as an operation sees it before any work is done. */
export interface FileInput {
  /** the file's paths, in order of preference */
  replicas: string[];
}

export interface SubmitCheck<F = Facility> {
  /** whose request it is: owners take turns */
  owner: string;
  /** aborts when the caller has left */
  signal?: AbortSignal | undefined;
  /**
   * the replicas of the first few files, when they are known at submit and this step is the first
   */
  firstFiles?: string[][];
  /** the step that reads its results, where there is one */
  next?: { operation: string; settings: Settings };
  inputFolders: InputFolders;
  /** workers are processes of this machine, which has what they need or lacks it */
  workersAreHere?: boolean | undefined;
  /** a folder for temporary files; it may not exist yet */
  scratch: string;
  facility: F;
}

export interface Example {
  settings: Settings;
  file?: { name: string; content: string | Uint8Array };
}

/** What both kinds of operations have. */
export interface CommonOperation<S = Settings, F = Facility> {
  readonly name: string;
  /** one line for /v1/operations */
  readonly summary: string;
  /** what a user sets; parsed once, at submit; unknown keys are refused */
  readonly settings: ZodType<S>;
  /** settings as a user writes them, with a small file they work on: the API's document shows the
   * settings, the shared suite performs the whole */
  readonly example: Example;
  /** environment variables of the facility, read by config.ts; no two operations share a name */
  readonly facility?: ZodObject;
  /** Whether it is offered where OPERATIONS names none; default: it is. */
  offeredByDefault?(facility: F): boolean;
  /** Code generators of others that it offers here, with their images where these are known. */
  generators?(facility: F): Record<string, string | undefined>;
  /** error classes besides the common ones */
  readonly errorClasses?: readonly string[];
  /**
   * Error classes that speak of the settings, not of a file: the request fails at once when three
   * files of different content (all of them, if there are fewer) report the same error.
   */
  readonly failFastClasses?: readonly string[];
  /**
   * Throws a `RequestError`, with pointers into the settings, where they can never work. Returns
   * why that could not be found out now; the request is accepted then, with a warning.
   */
  check?(settings: S, at: SubmitCheck<F>): Promise<string | undefined>;
  /**
   * Called when every file of the request is settled, before the request ends: may make results of
   * the whole request. Its outcome is recorded once; after a kill it is called again, so the same
   * call must make the same objects.
   */
  finish?(request: FinishRequest<S>, context: FinishContext<F>): Promise<FinishOutcome>;
}

export interface FinishRequest<S = Settings> {
  request: string;
  /** runs of the request to its end, from 1; a redrive opens the next */
  round: number;
  step: number;
  settings: S;
}

export type FinishOutcome =
  | { status: "success"; results: TaskResult[] }
  /** the request fails with the message as its reason */
  | { status: "failure"; error: TaskError }
  | { status: "retry"; error: TaskError };

/** What `finish` may use. */
export interface FinishContext<F = Facility> {
  facility: F;
  signal: AbortSignal;
  /** The results of this step, in the order in which they were recorded. */
  results(): AsyncIterable<TaskResult & { file: number } & FileInput>;
  /** The files that failed in this step or before it, in the order of the dataset. */
  failures(): AsyncIterable<{ file: number; error: TaskError } & FileInput>;
  /** The bytes of one of them. */
  read(name: string): Promise<NodeJS.ReadableStream>;
  /** The bytes of an attachment of the request. */
  attachment(name: string): Promise<NodeJS.ReadableStream>;
  /** Stores an object of the request. It cannot be replaced: other content needs another name. */
  put(name: string, body: NodeJS.ReadableStream | Buffer): Promise<TaskResult>;
}
