import type { ReportWay } from "../options.ts";

export interface Key {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

export interface Task extends Key {
  task: string;
  operation: string;
  replicas: string[];
  upload: { name: string; url: string } | null;
}

export interface Report extends Key {
  status: "start" | "success" | "retry" | "failure" | "given_back";
  error?: { class: string; message: string };
  results?: { name: string; size: number; checksum: string }[];
}

/** What a worker process is started with. */
export interface WorkerOrders {
  urls: string[];
  name: string;
  seed: number;
  /** where its files are; their names begin so */
  journal: string;
  reports: ReportWay;
  queueUrl?: string | undefined;
  duplicates: number;
  leaseSeconds: number;
}

export function keyOf({ request, file, step, attempt }: Key): Key {
  return { request, file, step, attempt };
}
