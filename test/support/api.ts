import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Authenticate } from "../../src/auth/authenticate.ts";
import { makeApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";
import { makeMounts } from "../../src/mounts.ts";
import { leadGauges } from "../../src/requests/monitor/lead-gauges.ts";
import { type Ledger, type LedgerOptions, openLedger } from "./context.ts";

export interface Call {
  method?: string;
  /** as it is sent: nothing is normalized */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
  json(): Record<string, unknown>;
}

export interface Api {
  ledger: Ledger;
  url: string;
  call(call: Call): Promise<Answer>;
  /** with a JSON body */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface ApiOptions extends LedgerOptions {
  authenticate?: Authenticate | undefined;
}

/** The API on a port of its own, over a real ledger; workers are played by the test. */
export async function openApi({ authenticate, ...options }: ApiOptions = {}): Promise<Api> {
  const ledger = await openLedger(options);
  const listening = await listen(
    "127.0.0.1",
    0,
    "PORT",
    makeApp(ledger.ctx, makeMounts(), authenticate),
  );
  const gauges = leadGauges(ledger.ctx);
  const { port } = new URL(listening.url);
  const call = (one: Call) => sendCall(Number(port), one);
  return {
    ledger,
    url: listening.url,
    call,
    post: (path, body, headers = {}) =>
      call({
        method: "POST",
        path,
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    get: (path, headers = {}) => call({ path, headers }),
    async close() {
      await listening.close(1);
      await gauges.stop();
      await ledger.close();
    },
  };
}

export async function sendCall(
  port: number,
  { method = "GET", path, headers = {}, body }: Call,
): Promise<Answer> {
  const asked = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
  // Once it has the answer, an error of sending the rest does not matter.
  asked.on("error", () => undefined);
  asked.end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: () => JSON.parse(text),
  };
}
