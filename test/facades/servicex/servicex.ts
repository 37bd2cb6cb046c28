// A real service spoken to in ServiceX's words alone: its user, its finder and its workers are
// played over HTTP.
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { attemptToken } from "../../../src/facades/servicex/attempt-token.ts";
import type { Transformation } from "../../../src/facades/servicex/transformation.ts";
import { requestCredentials } from "../../../src/s3/credentials.ts";
import { signingKeys } from "../../../src/secrets.ts";
import { type Service, startService } from "../../support/service.ts";
import { until } from "../../support/wait.ts";
import { violationsOf } from "./violations.ts";

/** What answers hold, wherever it stands. */
export interface Body extends Transformation {
  message: string;
  requests: Transformation[];
  results: {
    "file-id": number;
    "s3-object-name": string;
    "total-bytes": number;
    created_at: string;
    transform_status: string;
  }[];
  details: { "file-id": number; "file-path": string; transform_status: string }[];
  errors: { "pod-name": string | null; file: string; info: string; events: null }[];
  datasets: Dataset[];
  stats: Record<string, number> | null;
  dataset_id: string;
  access_token: string;
  items: { id: string; file: number; attempt: number; step: number; state: string }[];
  tasks: { task: string; file: number; attempt: number }[];
}

export interface Dataset {
  id: number;
  name: string;
  did_finder: string;
  n_files: number;
  lookup_status: string;
  is_stale: boolean;
  last_used: string;
  last_updated: string;
  files: { id: number; paths: string }[];
}

export interface Answer<Shape = Body> {
  status: number;
  headers: Headers;
  text: string;
  body: Shape;
}

export interface ServiceX {
  service: Service;
  call<Shape = Body>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Shape>>;
  /** returns the request's id */
  submit(more: Record<string, unknown>): Promise<string>;
  read(id: string): Promise<Transformation>;
  /** waits until it is in this status, with so many files known */
  reached(id: string, status: string, files?: number): Promise<Transformation>;
  /** the dataset's files in their order, by id */
  files(id: string): Promise<number[]>;
  /** as the sidecar stores it */
  store(id: string, name: string, content?: string): Promise<void>;
  report(
    id: string,
    file: number,
    status: "success" | "failure",
    more?: Record<string, unknown>,
  ): Promise<Answer<string>>;
  /** stores an object and says so */
  succeed(id: string, file: number, name?: string): Promise<Answer<string>>;
  token(attempt: { request: string; step: number; file: number; attempt: number }): string;
  violations(): Promise<string[]>;
  again(): Promise<void>;
  remove(): Promise<void>;
}

/** `mock` is the scheme of a finder that the test plays. */
export async function startServiceX(env: Record<string, string> = {}): Promise<ServiceX> {
  const settings = {
    RUNNER: "external",
    OPERATIONS: "transform,noop",
    VALID_DID_SCHEMES: "mock",
    SWEEP_SECONDS: "0.2",
    ...env,
  };
  let service = await startService(settings);
  const [key] = signingKeys({ dataDir: service.dataDir });
  const url = () => service.url;

  const call = async <Shape>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const sent =
      body === undefined || body instanceof URLSearchParams || typeof body === "string"
        ? body
        : JSON.stringify(body);
    const type: Record<string, string> =
      body === undefined || body instanceof URLSearchParams
        ? {}
        : { "content-type": "application/json" };
    const answer = await fetch(url() + path, {
      method,
      headers: { ...type, ...headers },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: JSON.parse(text || "null") as Shape,
    };
  };

  const read = async (id: string) =>
    (await call<Transformation>("GET", `/servicex/transformation/${id}`)).body;

  const store = async (id: string, name: string, content = "result") => {
    const { accessKey, secretKey } = requestCredentials(key, id, "write");
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
    const s3 = new S3Client({
      endpoint: service.s3Url ?? "",
      region: "us-east-1",
      forcePathStyle: true,
      credentials,
    });
    await s3.send(new PutObjectCommand({ Bucket: id, Key: name, Body: content }));
    s3.destroy();
  };

  const report: ServiceX["report"] = (id, file, status, more = {}) =>
    call<string>("PUT", `/servicex/internal/transformation/${id}/file-complete`, {
      "file-path": `root://host//${file}.root`,
      "file-id": file,
      status,
      "total-time": 1.5,
      "total-events": 10,
      "total-bytes": 0,
      "avg-rate": 6.7,
      place: { host_name: "node7", site: "here" },
      ...more,
    });

  return {
    get service() {
      return service;
    },
    call,
    read,
    store,
    report,
    async submit(more) {
      const answer = await call<Body>("POST", "/servicex/transformation", {
        selection: "select * from input",
        "result-destination": "object-store",
        "result-format": "parquet",
        ...more,
      });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.body.request_id;
    },
    reached: (id, status, files = 0) =>
      until(
        async () => {
          const now = await read(id);
          return now.status === status && now.files >= files && now;
        },
        { timeoutSeconds: 60, what: `${status} with ${files} files` },
      ),
    async files(id) {
      const { did_id: dataset } = await read(id);
      const { body } = await call<Dataset>("GET", `/servicex/datasets/${dataset}`);
      return body.files.map((file) => file.id);
    },
    async succeed(id, file, name = `out/${file}`) {
      await store(id, name);
      return report(id, file, "success", { "s3-object-name": name });
    },
    token: (attempt) => attemptToken(key, attempt),
    violations: () => violationsOf(service),
    async again() {
      service = await service.again();
    },
    remove: () => service.remove(),
  };
}
