// The leader states what should run; a runner makes it so. One setting (RUNNER) chooses the
// adapter.

export const workloadFormats = ["parquet", "root-file", "root-rntuple", "arrow"] as const;
export const workloadDestinations = ["object-store", "volume"] as const;

/**
 * What others' containers do for a step: a science container with a ServiceX sidecar, which takes
 * its files from a queue of the broker. Without one, workers run our own worker program.
 */
export interface Workload {
  /** of the science container, whole */
  image: string;
  /** with `command`: what the science container runs for each file */
  language: string;
  command: string;
  format: (typeof workloadFormats)[number];
  destination: (typeof workloadDestinations)[number];
  /** generated code by file name, in base64 */
  files: Record<string, string>;
}

/** What the workers of a group may present; never logged, never an argument of a program. */
export interface WorkerCredentials {
  /** bearer token of the work API */
  workToken?: string;
  /** write key of the request's bucket, at this service's S3 endpoint */
  store?: { url: string; key: string; secret: string };
  /** the broker as a sidecar reaches it, with its login */
  brokerUrl?: string;
}

/**
 * Workers that serve one step of one request, or (without `request`) some operations of all
 * requests.
 */
export interface WorkerGroup {
  /** identifies the group from one call to the next */
  key: string;
  request?: string;
  step?: number;
  operations: string[];
  /**
   * `run` names queue and containers: the request's id for its first step with a workload, a UUID
   * of its own for others
   */
  workload?: Workload & { run: string };
  credentials: WorkerCredentials;
  /** number of workers that should run now */
  size: number;
}

export const troubleKinds = [
  "image",
  "unschedulable",
  "memory",
  "crash",
  "evicted",
  "quota",
  "other",
] as const;

/** Why workers of a group cannot start, or die. */
export interface Trouble {
  kind: (typeof troubleKinds)[number];
  /** a sentence for people */
  sentence: string;
  /** number of workers that have it now */
  count: number;
  since: Date;
  /** the end of the log of a worker that has it, for people: short, and without secrets */
  lastWords?: string;
}

export interface WorkerGroupStatus {
  starting: number;
  running: number;
  troubles: Trouble[];
  /** why none of its workers has come to run yet, where that does not pass by itself */
  startProblem?: Trouble;
}

export interface Runner {
  /** what a user can do where nothing starts workers now: a sentence */
  readonly help: string;
  /** Workers of an earlier process, which were killed when it ended. */
  readonly endedBefore: readonly string[];
  /** Their files were taken from them: the next process need not know these workers. */
  forgetEndedBefore(): Promise<void>;
  /** It starts containers of others (`workload`), and `lastWords` reads their logs. */
  readonly startsContainers: boolean;
  /** most workers at once, all groups together; 0 where the runner starts none */
  readonly capacity: number;
  /** whether our own workers serve all operations together, or are a group for each operation */
  readonly groups: "together" | "per-operation";
  /**
   * Makes the workers those of `wanted`: starts what is missing, scales what differs, and ends what
   * is not wanted. The leader calls it, or a process with the role of workers alone, always with
   * everything that should run. Returns before workers have started or ended; `statuses` shows how
   * far it is.
   */
  reconcile(wanted: WorkerGroup[]): Promise<void>;
  /**
   * This process no longer leads. Workers that live and die with this process finish their work and
   * end, since the next leader starts its own. Workers that outlive it stay for the next leader.
   */
  resign(): Promise<void>;
  /** Groups that are wanted or still have workers, by key, from memory: cheap to call. */
  statuses(): ReadonlyMap<string, WorkerGroupStatus>;
  /**
   * The end of a worker's log, at most `bytes`; undefined for a worker that is not known. Only of
   * one that serves this request alone; without `request`, of one that serves all.
   */
  lastWords(worker: string, bytes: number, request?: string): Promise<string | undefined>;
  /** Calls the listener with a group's key when its status changes; returns how to stop that. */
  onChange(listener: (key: string) => void): () => void;
  /**
   * Calls the listener with a worker's name as soon as the worker has died, if it runs our own
   * worker program; returns how to stop that.
   */
  onDeath(listener: (worker: string) => void): () => void;
  /** Ends the workers that live and die with this process. */
  close(): Promise<void>;
}
