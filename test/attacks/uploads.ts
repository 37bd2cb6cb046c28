// A worker of somebody, played over HTTP, whose uploads take as long as a test wants.
import { readdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { requestCredentials } from "../../src/s3/credentials.ts";
import { signingKeys } from "../../src/secrets.ts";
import type { Service } from "../support/service.ts";
import { until } from "../support/wait.ts";

export interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
  upload: { name: string; url: string; headers?: Record<string, string> };
}

export async function call<Body>(
  service: Service,
  path: string,
  body?: unknown,
  method = body === undefined ? "GET" : "POST",
): Promise<Body> {
  const answer = await fetch(service.url + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return JSON.parse((await answer.text()) || "null") as Body;
}

/** A task of a request of its own, with nobody but the test to do it. */
export async function claimTask(
  service: Service,
  files = ["root://host//a.csv"],
  more: { upload_headers?: boolean } = {},
): Promise<Task> {
  const { id } = await call<{ id: string }>(service, "/v1/requests", {
    dataset: { files },
    steps: [{ operation: "transform", selection: "select 1 from input", format: "csv" }],
  });
  const wanted = { worker: "w", request: id, max: 1, wait_seconds: 30, ...more };
  const { tasks } = await call<{ tasks: Task[] }>(service, "/v1/work/claim", wanted);
  const [task] = tasks;
  if (!task) throw new Error("no task");
  return task;
}

export async function reportSuccess(
  service: Service,
  { request, file, step, attempt, upload }: Task,
  result: { size: number; checksum?: string },
): Promise<string | undefined> {
  const results = [{ name: upload.name, ...result }];
  const reports = [{ request, file, step, attempt, status: "success", results }];
  const body = { worker: "w", reports };
  const { answers } = await call<{ answers: string[] }>(service, "/v1/work/reports", body);
  return answers[0];
}

export interface Result {
  name: string;
  size: number;
  checksum: string;
  url: string;
}

export async function resultsOf(service: Service, id: string): Promise<Result[]> {
  return (await call<{ items: Result[] }>(service, `/v1/requests/${id}/results`)).items;
}

export function ended(service: Service, id: string): Promise<unknown> {
  return until(async () => {
    const { state } = await call<{ state: string }>(service, `/v1/requests/${id}`);
    return ["complete", "failed", "canceled"].includes(state);
  });
}

export interface SlowPut {
  /** sends the rest; returns the status */
  finish(): Promise<number>;
}

/** A PUT that has passed all checks at its beginning and has sent half of its body. */
export async function slowPut(
  service: Service,
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<SlowPut> {
  const before = drafts(service);
  const half = Math.ceil(body.length / 2);
  const sent = request(url, {
    method: "PUT",
    headers: { ...headers, "content-length": body.length },
  });
  const answered = new Promise<number>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (answer) =>
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0)),
    );
  });
  answered.catch(() => undefined);
  sent.write(body.slice(0, half));
  await until(() => drafts(service) > before, { what: "the draft of a slow upload" });
  return {
    finish() {
      sent.end(body.slice(half));
      return answered;
    },
  };
}

function drafts({ dataDir }: Service): number {
  return readdirSync(join(dataDir, "store", ".tmp")).length;
}

export async function put(url: string, body: string): Promise<number> {
  return (await fetch(url, { method: "PUT", body })).status;
}

export function keysOf(service: Service, request: string, kind: "read" | "write") {
  const [key] = signingKeys({ dataDir: service.dataDir });
  return requestCredentials(key, request, kind);
}

export function s3ClientOf(service: Service, request: string, kind: "read" | "write"): S3Client {
  const { accessKey, secretKey } = keysOf(service, request, kind);
  return new S3Client({
    endpoint: service.s3Url ?? "",
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
}
