import { Agent, request } from "undici";
import { z } from "zod";
import type { Task } from "../operations/contract.ts";
import type { Report } from "../requests/views.ts";
import { detailOf } from "./problem.ts";

const task: z.ZodType<Task> = z.object({
  task: z.string(),
  request: z.string(),
  file: z.number(),
  step: z.number(),
  attempt: z.number(),
  operation: z.string(),
  settings: z.record(z.string(), z.unknown()),
  replicas: z.array(z.string()),
  inputs: z.array(z.string()),
  upload: z.object({ method: z.literal("PUT"), url: z.string(), name: z.string() }).nullable(),
  lease_seconds: z.number(),
});

const claimed = z.object({ tasks: z.array(task) });
const answered = z.object({ answers: z.array(z.string()) });
const beaten = z.object({ give_up: z.array(z.string()) });

/** The service said no: trying the same again cannot help. */
export class RejectedError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "Rejected";
    this.status = status;
  }
}

export interface Claim {
  operations: string[];
  request?: string | undefined;
  max: number;
  waitSeconds: number;
  signal: AbortSignal;
}

export interface WorkApi {
  claim(claim: Claim): Promise<Task[]>;
  /** answers in the order of the reports */
  report(reports: Report[]): Promise<string[]>;
  /** tasks to give up; the leases of the others are renewed */
  heartbeat(tasks: string[]): Promise<string[]>;
  close(): Promise<void>;
}

/** `/v1/work/*` as seen by one worker. Rejects with `Rejected` when the service refuses, with any other error when it is away. */
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
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  };

  return {
    async claim({ operations, request: only, max, waitSeconds, signal }) {
      const body = {
        worker,
        operations,
        max,
        wait_seconds: waitSeconds,
        ...(only && { request: only }),
      };
      const answer = await post("claim", body, claimed, 30_000 + waitSeconds * 1000, signal);
      return answer.tasks;
    },
    async report(reports) {
      const answer = await post("reports", { worker, reports }, answered, 60_000);
      return answer.answers;
    },
    async heartbeat(tasks) {
      const answer = await post("heartbeat", { worker, tasks }, beaten, 30_000);
      return answer.give_up;
    },
    close: () => dispatcher.close(),
  };

  async function post<Said>(
    what: string,
    body: unknown,
    said: z.ZodType<Said>,
    headersTimeout: number,
    signal?: AbortSignal,
  ): Promise<Said> {
    const answer = await request(`${url.replace(/\/+$/, "")}/v1/work/${what}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      dispatcher,
      headersTimeout,
      ...(signal && { signal }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 200 && answer.statusCode < 300) return said.parse(JSON.parse(text));
    const sentence = `POST /v1/work/${what} was answered with ${answer.statusCode}: ${detailOf(text)}`;
    const passing = answer.statusCode >= 500 || [408, 409, 425, 429].includes(answer.statusCode);
    throw passing ? new Error(sentence) : new RejectedError(answer.statusCode, sentence);
  }
}
