// Calls of several services: the next one is asked when one does not respond.
import { Agent, type Dispatcher, request } from "undici";
import { within } from "../../src/time.ts";

export interface Caller {
  call<Body>(path: string, body?: unknown, options?: CallOptions): Promise<Body>;
  /** Tries once, without throwing for a refusal. */
  attempt(path: string, options?: CallOptions & { body?: unknown }): Promise<Answer>;
}

export interface Answer {
  status: number;
  ok: boolean;
  text: string;
}

export interface CallOptions {
  method?: Dispatcher.HttpMethod;
  headers?: Record<string, string>;
  /** beyond the time that this caller gives each call */
  extraSeconds?: number;
}

/** A refusal; its status tells whether the same call can work later. */
export class CallError extends Error {
  readonly status: number;
  constructor(path: string, status: number, text: string) {
    super(`${path}: ${status} ${text.slice(0, 1000)}`);
    this.status = status;
  }
}

const longestSeconds = 60;

/** Gives a call `seconds`, and more after each that was too slow: the machine may be busy. */
export function makeCaller(urls: readonly string[], seconds: number): Caller {
  const dispatcher = new Agent();
  const urlOf = (at: number) => urls[at % urls.length];
  let turn = 0;
  let allowed = seconds;

  async function attempt(
    path: string,
    { method, headers = {}, extraSeconds = 0, body }: CallOptions & { body?: unknown } = {},
  ): Promise<Answer> {
    const milliseconds = (allowed + extraSeconds) * 1000;
    const ending = new AbortController();
    const isText = typeof body === "string";
    const started = performance.now();
    const ask = async () => {
      const { statusCode: status, body: answer } = await request(new URL(path, urlOf(turn)), {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: isText ? headers : { "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
        dispatcher,
        signal: ending.signal,
      });
      return { status, ok: status >= 200 && status < 300, text: await answer.text() };
    };
    try {
      const answer = await within(milliseconds, ask());
      if (answer.status >= 500) turn++;
      return answer;
    } catch (error) {
      ending.abort();
      turn++;
      if (performance.now() - started >= milliseconds)
        allowed = Math.min(allowed * 1.5, longestSeconds);
      throw error;
    }
  }

  return {
    attempt,
    async call<Body>(path: string, body?: unknown, options: CallOptions = {}) {
      const answer = await attempt(path, { ...options, ...(body !== undefined && { body }) });
      if (!answer.ok) throw new CallError(path, answer.status, answer.text);
      allowed = Math.max(allowed * 0.9, seconds);
      return JSON.parse(answer.text) as Body;
    },
  };
}
