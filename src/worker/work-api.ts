import { Agent, request } from "undici";
import { z } from "zod";
import type { Settings, Task, Upload } from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { withoutLastSlash } from "../settings/service-url.ts";
import { detailOf } from "./problem.ts";

const upload: z.ZodType<Upload> = z.object({
  name: z.string(),
  method: z.literal("PUT"),
  url: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
});

const settings = z.record(z.string(), z.unknown());

/** A service of an earlier version repeats the settings in each task. */
const task: z.ZodType<Omit<Task, "settings"> & { settings?: Settings | undefined }> = z.object({
  task: z.string(),
  request: z.string(),
  file: z.number(),
  step: z.number(),
  attempt: z.number(),
  operation: z.string(),
  settings: settings.optional(),
  replicas: z.array(z.string()),
  inputs: z.array(z.string()),
  uploads: z.array(upload),
  attachments: z.array(z.object({ name: z.string(), url: z.string() })).optional(),
  upload: upload.nullable(),
  lease_seconds: z.number(),
  alone: z.boolean().optional(),
  from_service: z.boolean().optional(),
  barred: z
    .object({
      folders: z.array(z.string()),
      hosts: z.array(z.string()),
      dataset: z.string().optional(),
    })
    .optional(),
});

const claimAnswer = z
  .object({ tasks: z.array(task), settings: z.record(z.string(), settings).default({}) })
  .transform(({ tasks, settings }) =>
    tasks.map((task) => ({
      ...task,
      settings: task.settings ?? settings[`${task.request}.${task.step}`] ?? {},
    })),
  );
const reportsAnswer = z.object({ answers: z.array(z.string()) });
const settingsAnswer = z.object({
  inputs: z.object({
    machine: z.string(),
    user: z.number().nullable(),
    roots: z.array(z.string()),
    closed: z.array(z.string()),
    hosts: z.array(z.string()),
    starts_workers: z.boolean(),
  }),
});
const heartbeatAnswer = z.object({ give_up: z.array(z.string()) });

/** The service's own rules for inputs. */
export type ServiceInputs = z.output<typeof settingsAnswer>["inputs"];

/** The service refused the call: the same call again cannot help. */
export class RejectedError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "RejectedError";
    this.status = status;
  }
}

const defaultLeaseSeconds = 60;
const leastSeconds = 5;
/** how long after its wait a claim may still be answered */
const lateClaimSeconds = 30;
const mostSeconds = 60;
/** After this, the service may be upgraded: a claim has all its keys again. */
const plainMilliseconds = 600_000;

/** A call without an answer is made again while the lease still holds. */
function partOf(leaseSeconds: number, parts: number): number {
  return Math.min(Math.max(leaseSeconds / parts, leastSeconds), mostSeconds);
}

export interface Claim {
  /** a new one for each claim, the same where it is repeated */
  id: string;
  /** an earlier call had no answer */
  repeated: boolean;
  operations: string[];
  request?: string | undefined;
  /** not these steps: most 100 */
  without?: { request: string; step: number }[] | undefined;
  max: number;
  waitSeconds: number;
  signal: AbortSignal;
}

export interface WorkApi {
  claim(claim: Claim): Promise<Task[]>;
  /** Returns the answers in the order of the reports. */
  report(reports: Report[]): Promise<string[]>;
  /** Returns the tasks to give up; renews the leases of the others. */
  heartbeat(tasks: string[]): Promise<string[]>;
  /** What the service lets its workers read; undefined where an earlier version does not say. */
  serviceInputs(): Promise<ServiceInputs | undefined>;
  close(): Promise<void>;
}

/** `/v1/work/*` for one worker. Rejects with `RejectedError` where the service refuses the call. */
export function openWorkApi({
  url,
  worker,
  token,
}: {
  url: string;
  worker: string;
  token?: string | undefined;
}): WorkApi {
  const dispatcher = new Agent({ keepAliveTimeout: 30_000, connections: 32 });
  let leaseSeconds = defaultLeaseSeconds;
  let plainUntil = Number.NEGATIVE_INFINITY;
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  };

  return {
    async claim({ id, repeated, operations, without, max, waitSeconds, signal, ...only }) {
      const plain = {
        worker,
        operations,
        max,
        wait_seconds: waitSeconds,
        upload_headers: true,
        ...(only.request && { request: only.request }),
      };
      const whole = {
        ...plain,
        claim_id: id,
        ...(repeated && { repeated }),
        ...(without?.length && { without }),
        settings_once: true,
        leaves_barred: true,
      };
      // Tasks that arrive late are of use; those whose answer is given up are lost with a try.
      const seconds = waitSeconds + Math.max(partOf(leaseSeconds, 3), lateClaimSeconds);
      const send = (body: object) => post("claim", body, claimAnswer, seconds, signal);
      const tasks = await claimOf(whole, plain, send);
      leaseSeconds = tasks[0]?.lease_seconds ?? leaseSeconds;
      return tasks;
    },
    async report(reports) {
      const answer = await post(
        "reports",
        { worker, reports },
        reportsAnswer,
        partOf(leaseSeconds, 2),
      );
      return answer.answers;
    },
    async heartbeat(tasks) {
      const seconds = partOf(leaseSeconds, 3);
      const answer = await post("heartbeat", { worker, tasks }, heartbeatAnswer, seconds);
      return answer.give_up;
    },
    async serviceInputs() {
      try {
        const { inputs } = await call("settings", { method: "GET" }, settingsAnswer, leastSeconds);
        return inputs;
      } catch (error) {
        if (error instanceof RejectedError && error.status === 404) return undefined;
        throw error;
      }
    },
    close: () => dispatcher.close(),
  };

  /** Processes of an earlier version, during an upgrade, refuse the keys that they do not know. */
  async function claimOf<Body extends { max: number }, Answer>(
    whole: Body,
    plain: Body,
    send: (body: Body) => Promise<Answer[]>,
  ): Promise<Answer[]> {
    if (performance.now() >= plainUntil) {
      try {
        return await send(whole);
      } catch (error) {
        if (!(error instanceof RejectedError) || error.status !== 400) throw error;
      }
    }
    // They have no tasks of an earlier claim to return.
    if (plain.max === 0) return [];
    const answer = await send(plain);
    plainUntil = performance.now() + plainMilliseconds;
    return answer;
  }

  function post<Answer>(
    name: string,
    body: unknown,
    schema: z.ZodType<Answer>,
    seconds: number,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return call(name, { method: "POST", body: JSON.stringify(body) }, schema, seconds, signal);
  }

  async function call<Answer>(
    name: string,
    sent: { method: "POST"; body: string } | { method: "GET" },
    schema: z.ZodType<Answer>,
    seconds: number,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const response = await request(`${withoutLastSlash(url)}/v1/work/${name}`, {
      ...sent,
      headers,
      dispatcher,
      headersTimeout: seconds * 1000,
      bodyTimeout: seconds * 1000,
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      // A service that was away may have been upgraded meanwhile.
      if (!signal?.aborted) plainUntil = Number.NEGATIVE_INFINITY;
      throw error;
    });
    const text = await response.body.text();
    if (response.statusCode >= 200 && response.statusCode < 300)
      return schema.parse(JSON.parse(text));
    const answer = `${response.statusCode}: ${detailOf(text)}`;
    const sentence = `${sent.method} /v1/work/${name} was answered with ${answer}`;
    const mayPass =
      response.statusCode >= 500 || [408, 409, 425, 429].includes(response.statusCode);
    throw mayPass ? new Error(sentence) : new RejectedError(response.statusCode, sentence);
  }
}
