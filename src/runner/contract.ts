// Start, poll, stop is the whole of a runner; one setting (RUNNER) swaps it.

/** The workers of one request, or (with no request) those that serve every request of this service. */
export interface WorkerGroup {
  id: string;
  requestId?: string;
  operations: string[];
  /** how many workers are wanted now */
  size: number;
}

export interface WorkerGroupStatus {
  starting: number;
  running: number;
  failed: number;
  /** a sentence for people when workers cannot start or die at once */
  reason?: string;
}

export interface Runner {
  readonly kind: "local" | "kubernetes" | "external";
  /** one group a service, one a request, or none that we start */
  readonly scope: "service" | "request" | "none";
  /** most workers at once, all groups together */
  readonly capacity: number;
  /** Starting twice is one start; another size scales. */
  start(group: WorkerGroup): Promise<void>;
  poll(crewId: string): Promise<WorkerGroupStatus>;
  /** Stopping what is gone is success. Files in hand are given back through the ledger, not by waiting for them. */
  stop(crewId: string): Promise<void>;
  /** Crews that exist, so that the sweep finds those of ended requests. */
  groups(): Promise<string[]>;
  /** Called with the worker's name as soon as a worker is known to be dead. */
  onDeath(listener: (worker: string) => void): void;
  close(): Promise<void>;
}
