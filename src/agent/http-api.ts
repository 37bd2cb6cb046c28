import { Agent, request } from "undici";
import { z } from "zod";
import type { TaskFile } from "../operations/contract.ts";
import { type ClaimedTask, type TaskApi, taskActions } from "./contract.ts";

const claimed: z.ZodType<ClaimedTask> = z.object({
  task: z.string(),
  operation: z.string(),
  group: z.string(),
  externalRef: z.string().nullable(),
  action: z.enum(taskActions),
  turn: z.number().optional(),
  lease_seconds: z.number(),
});

const taskFile: z.ZodType<TaskFile> = z.object({
  request: z.string(),
  file: z.number(),
  step: z.number(),
  attempt: z.number(),
  settings: z.record(z.string(), z.unknown()),
  replicas: z.array(z.string()),
  inputs: z.array(z.string()),
});

const claimAnswer = z.object({ tasks: z.array(claimed) });
const filesAnswer = z.object({ items: z.array(taskFile), next: z.string().nullable() });
const progressAnswer = z.object({ lease: z.enum(["kept", "ended", "lost"]) });

/** The service refused the call: the same call again cannot help. */
export class AgentRefusedError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "AgentRefusedError";
    this.status = status;
  }
}

export interface HttpTaskApi extends TaskApi {
  close(): Promise<void>;
}

/** `/v1/tasks` for one agent. */
export function openTaskApi({
  url,
  agent,
  token,
}: {
  url: string;
  agent: string;
  token?: string | undefined;
}): HttpTaskApi {
  const dispatcher = new Agent({ keepAliveTimeout: 30_000, connections: 8 });
  const base = `${url.replace(/(?<!\/)\/+$/, "")}/v1/tasks`;

  return {
    async claim({ operations, max, waitSeconds }, signal) {
      const body = { agent, operations, max, wait_seconds: waitSeconds };
      const answer = await call(claimAnswer, "POST", "/claim", { body, waitSeconds, signal });
      return answer.tasks;
    },
    async files(task, state) {
      const files: TaskFile[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const path = `/${encodeURIComponent(task)}/files?state=${state}&limit=1000${query}`;
        const page: z.infer<typeof filesAnswer> = await call(filesAnswer, "GET", path);
        files.push(...page.items);
        cursor = page.next;
      }
      return files;
    },
    async progress(task, progress) {
      const path = `/${encodeURIComponent(task)}/progress`;
      const { lease } = await call(progressAnswer, "POST", path, { body: { agent, ...progress } });
      return lease !== "lost";
    },
    close: () => dispatcher.close(),
  };

  async function call<Answer>(
    schema: z.ZodType<Answer>,
    method: "GET" | "POST",
    path: string,
    { body, waitSeconds = 0, signal }: CallOptions = {},
  ): Promise<Answer> {
    const response = await request(`${base}${path}`, {
      method,
      dispatcher,
      headersTimeout: 60_000 + waitSeconds * 1000,
      headers: {
        ...(body ? { "content-type": "application/json" } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    });
    const text = await response.body.text();
    const { statusCode: status } = response;
    if (status >= 200 && status < 300) return schema.parse(JSON.parse(text));
    const answer = `${status}: ${text.slice(0, 300)}`;
    const sentence = `${method} /v1/tasks${path} was answered with ${answer}`;
    const mayPass = status >= 500 || [408, 409, 425, 429].includes(status);
    throw mayPass ? new Error(sentence) : new AgentRefusedError(status, sentence);
  }
}

interface CallOptions {
  body?: unknown;
  waitSeconds?: number;
  signal?: AbortSignal;
}
