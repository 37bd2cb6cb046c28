import type { Workload } from "../runner/contract.ts";
import type {
  CommonOperation,
  Facility,
  FileInput,
  Settings,
  SubmitCheck,
  TaskError,
  TaskResult,
} from "./common-contract.ts";
import type { Preview, PreviewOutcome } from "./preview-contract.ts";

/** Performed in a worker, a file at a time. */
export interface WorkerOperation<S = Settings, F = Facility> extends CommonOperation<S, F> {
  readonly runsIn: "worker";
  /**
   * Whether a step with these settings opens each file by the rules for inputs (INPUT_ROOTS,
   * INPUT_HOSTS), so that what these refuse is refused at submit. Default: it does not.
   */
  opensFiles?(settings: S): boolean;
  /**
   * Names of the objects made of a file, without any folder; no name twice. The task has an upload
   * for each, in the same order. Without it the operation makes none.
   */
  outputs?(settings: S, file: FileInput): string[];
  /** Names of the request's attachments that it reads besides the file. Default: none. */
  attachments?(settings: S): string[];
  /**
   * Called once, at submit, after `check`: what others' containers do for a step with these
   * settings; undefined: our workers perform it. Throws a `RequestError` as `check` does.
   */
  workload?(settings: S, at: SubmitCheck<F>): Promise<Workload | undefined>;
  perform(task: Task<S>, context: TaskContext<F>): Promise<TaskOutcome>;
  /** The first rows of what `perform` would make of a file; without it there is no dry run. */
  preview?(file: Preview<S>, context: PreviewContext<F>): Promise<PreviewOutcome>;
}

/** What a worker gets of one file: the answer to a claim, as `/v1/work/claim` words it. */
export interface Task<S = Settings> {
  task: string;
  request: string;
  file: number;
  step: number;
  attempt: number;
  operation: string;
  settings: S;
  /** where the step before left the file; else the file's paths, in order of preference */
  replicas: string[];
  /** URLs of the objects that the step before made; where there are none, `replicas` are read */
  inputs: string[];
  /** where the objects go that `outputs` names, in its order */
  uploads: Upload[];
  /** where the request's attachments are read that `attachments` names */
  attachments?: { name: string; url: string }[] | undefined;
  /** the first of `uploads`; null for operations that make no object */
  upload: Upload | null;
  lease_seconds: number;
  /** A worker died that had this file: it is performed in a process by itself. */
  alone?: boolean | undefined;
  /** A service operation brought the file: if it is on tape again, it waits in that step again. */
  from_service?: boolean | undefined;
  /** bound to groups that the owner of the request is not in: not to be read, also by links */
  barred?: TaskBarred | undefined;
}

export interface TaskBarred {
  folders: string[];
  /** as in INPUT_HOSTS */
  hosts: string[];
  /** the whole dataset is: the sentence with which the file fails */
  dataset?: string | undefined;
}

/** One PUT of the named object. */
export interface Upload {
  name: string;
  method: "PUT";
  url: string;
  /** to be sent with it */
  headers?: Record<string, string> | undefined;
}

/** The file is done in this step, has failed, or is worth another try. */
export type TaskOutcome =
  | { status: "success"; results: TaskResult[] }
  | { status: "failure"; error: TaskError }
  | { status: "retry"; error: TaskError };

/** What a worker lends an operation; nothing else of the service is within its reach. */
export interface TaskContext<F = Facility> {
  /** a folder of the task's own, removed after it */
  scratch: string;
  facility: F;
  signal: AbortSignal;
  limits: { memoryMegabytes: number; seconds: number; outputMegabytes: number; threads: number };
  /**
   * A replica, an input URL or that of an attachment as a local file, from allowed folders,
   * schemes and hosts only. `path` holds until the task ends.
   */
  fetchInput(location: string): Promise<{ path: string; size: number }>;
  /** Uploads a local file as one of the task's objects; returns its size and checksum as sent. */
  upload(to: Upload, path: string): Promise<TaskResult>;
}

/** A look makes no object. */
export type PreviewContext<F = Facility> = Omit<TaskContext<F>, "upload">;
