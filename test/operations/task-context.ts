// A context and tasks as a worker has them, with an upload that keeps the file for the test to
// read.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type FetchBounds, fetchInput } from "../../src/inputs/fetch.ts";
import type { Task, TaskContext, Upload } from "../../src/operations/contract.ts";

const limits: TaskContext["limits"] = {
  memoryMegabytes: 256,
  seconds: 30,
  outputMegabytes: 64,
  threads: 1,
};

export interface TestTaskContext extends TaskContext {
  /** the folder of what was uploaded */
  uploads: string;
}

export function testTaskContext(
  folder: string,
  { signal, ...tighter }: Partial<TaskContext["limits"]> & { signal?: AbortSignal } = {},
  bounds: Partial<FetchBounds> = {},
): TestTaskContext {
  const [scratch, uploads] = [join(folder, "scratch"), join(folder, "uploads")];
  for (const made of [scratch, uploads]) mkdirSync(made, { recursive: true });
  const wanted = signal ?? new AbortController().signal;
  return {
    scratch,
    uploads,
    facility: {},
    signal: wanted,
    limits: { ...limits, ...tighter },
    async fetchInput(location) {
      const input = await fetchInput(location, {
        folders: { roots: [folder], closed: [] },
        hosts: [],
        trusted: [],
        megabytes: 1,
        scratch,
        signal: wanted,
        ...bounds,
      });
      onTestFinished(() => input.close());
      return input;
    },
    async upload({ name }, path) {
      copyFileSync(path, join(uploads, name));
      const bytes = readFileSync(path);
      return {
        name,
        size: bytes.length,
        checksum: createHash("sha256").update(bytes).digest("hex"),
      };
    },
  };
}

export function testUpload(name: string): Upload {
  return { name, method: "PUT", url: "http://127.0.0.1:1/unused" };
}

export function testTask<Settings extends Record<string, unknown>>(
  settings: Settings,
  replicas: string[],
  { uploads = [testUpload("1-1-1-out.parquet")], ...more }: Partial<Task> = {},
) {
  return {
    task: "t1",
    request: "5b1c0b8a-7a3c-4b1e-9a39-0d9a4f5b8c11",
    file: 1,
    step: 1,
    attempt: 1,
    operation: "transform",
    replicas,
    inputs: [],
    uploads,
    upload: uploads[0] ?? null,
    lease_seconds: 60,
    ...more,
    settings,
  };
}

/** What the check of a request at submit is given. */
export function submitCheck(folder: string, firstFiles: string[][]) {
  return {
    owner: "local",
    firstFiles,
    inputFolders: { roots: [folder], closed: [] },
    scratch: join(folder, "checks"),
    facility: {},
  };
}
