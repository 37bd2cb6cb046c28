// A service of others, on loopback: answers by its rules, or as a test has it answer next.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedCall {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface StandInAnswer {
  status: number;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

/** `hang`: no answer, ever. `drop`: the connection ends. `cut`: it ends within the answer. */
export type Scripted = StandInAnswer | Promise<StandInAnswer> | "hang" | "drop" | "cut";

export interface StandIn {
  origin: string;
  /** every call, refused or not */
  calls: ReceivedCall[];
  /** In place of its own answers, for the next calls, one each. */
  script(...answers: Scripted[]): void;
  /** For all calls from now on; undefined: its own answers again. */
  always(answer: Scripted | undefined): void;
  close(): Promise<void>;
}

export async function startStandIn(
  answer: (call: ReceivedCall) => StandInAnswer | Promise<StandInAnswer>,
): Promise<StandIn> {
  const calls: ReceivedCall[] = [];
  const scripted: Scripted[] = [];
  let standing: Scripted | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    calls.push(call);
    reply(response, await (scripted.shift() ?? standing ?? answer(call)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    calls,
    script: (...answers) => void scripted.push(...answers),
    always: (one) => {
      standing = one;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function reply(response: ServerResponse, answer: Awaited<Scripted>): void {
  if (answer === "hang") return;
  if (answer === "drop") return void response.destroy();
  if (answer === "cut") {
    response.writeHead(200, { "content-length": 100 });
    response.write("{", () => response.destroy());
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body ?? "");
}
