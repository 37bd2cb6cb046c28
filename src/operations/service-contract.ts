import type { IncomingHttpHeaders } from "node:http";
import type { Logger } from "pino";
import type { Query } from "../db/client.ts";
import type {
  CommonOperation,
  Facility,
  FileInput,
  Settings,
  TaskError,
  TaskResult,
} from "./common-contract.ts";

/**
 * An outside service does the work, in batches, for hours or days. Files that wait are gathered
 * over requests into tasks; no worker and no lease of a file is held, and a restart costs no
 * attempt. `start`, `poll`, `abort` and `release` run in the scheduler or in an agent on another
 * host. Each may be called again with the same arguments, and what they throw is tried again later.
 */
export interface ServiceOperation<S = Settings, F = Facility> extends CommonOperation<S, F> {
  readonly runsIn: "service";
  /**
   * Files with equal keys may share a task, over requests. Pure; at most 200 characters are kept.
   */
  group(settings: S, file: FileInput & { facility: F }): string;
  batch(facility: F): Batch;
  /** Idempotent by `task.id`, which is committed before the call. */
  start(task: ServiceTask<S>, context: ServiceContext<F>): Promise<Progress>;
  /**
   * One call for many tasks; returns progress by task id. A task it leaves out is asked about
   * later.
   */
  poll(tasks: ServiceTask<S>[], context: ServiceContext<F>): Promise<Map<string, Progress>>;
  /** These files are no longer wanted: their request was canceled, ended or deleted. */
  abort?(task: ServiceTask<S>, files: TaskFile<S>[], context: ServiceContext<F>): Promise<void>;
  /** These files no longer need what the task left for them: pins, staged copies. */
  release?(task: ServiceTask<S>, files: TaskFile<S>[], context: ServiceContext<F>): Promise<void>;
  /** The route POST /v1/callbacks/{operation}. */
  readonly callback?: Callback<F>;
}

export interface Batch {
  /** most files of a task */
  files: number;
  /** a task with fewer files starts when its oldest file has waited so long */
  afterSeconds: number;
  /** most tasks of a group that are with the outside service at once; default: no limit */
  tasksAtOnce?: number;
}

export interface ServiceTask<S = Settings> {
  /** a UUID, known to the ledger before the outside service */
  id: string;
  group: string;
  /** what the outside service calls it; null until `start` has returned one */
  externalRef: string | null;
  /** The files that are still open, read when they are asked for: a poll need not load them. */
  files(): Promise<TaskFile<S>[]>;
}

export interface FileKey {
  request: string;
  file: number;
}

export interface TaskFile<S = Settings> extends FileKey {
  step: number;
  attempt: number;
  settings: S;
  /**
   * Where the step before left the file; else the file's paths, in order of preference. Without
   * those that are bound to groups which the owner is not in: where none is left, the file fails.
   */
  replicas: string[];
  /** URLs of the objects that the step before made */
  inputs: string[];
}

/** How a task stands. Files that it does not name stay with the outside service. */
export interface Progress {
  settled: (FileKey & FileOutcome)[];
  externalRef?: string | undefined;
  /** when to ask again; default 60 */
  againInSeconds?: number | undefined;
  /** one sentence that a user reads under "why is it waiting" */
  note?: string | undefined;
}

export type FileOutcome =
  /** `location`: a URL where the next step finds the file; `results`: objects in our store */
  | { status: "success"; location?: string | undefined; results?: TaskResult[] | undefined }
  | { status: "failure"; error: TaskError }
  | { status: "retry"; error: TaskError }
  /** what the step before left is no longer there: the file waits in that step again */
  | { status: "gone_back"; error: TaskError };

/** What the service, or an agent on another host, lends a service operation. */
export interface ServiceContext<F = Facility> {
  facility: F;
  signal: AbortSignal;
  log: Logger;
  now(): Date;
  /** for the operation's own tables, reached by its `store.ts` alone; an agent has none */
  query?: Query | undefined;
}

export interface Callback<F = Facility> {
  /**
   * Throws a `RequestError` unless the call is genuine; returns whose tasks to ask about now, by
   * the id of the task or by its `externalRef`. A call-back only wakes: `poll` finds out what
   * happened.
   */
  verify(call: CallbackCall<F>): Promise<NamedTasks>;
}

export interface NamedTasks {
  tasks?: string[] | undefined;
  externalRefs?: string[] | undefined;
}

export interface CallbackCall<F = Facility> {
  headers: IncomingHttpHeaders;
  /** the body as it was sent */
  body: Buffer;
  facility: F;
  query: Query;
}
