import { once } from "node:events";
import { WebSocket } from "undici";
import { program } from "./program.ts";
import type { Service } from "./service.ts";

/** What Node runs for a service whose live memory can be read. */
export const inspected: readonly string[] = ["--inspect=127.0.0.1:0", ...program];

/**
 * Megabytes that a service still uses right after its garbage was collected: unlike its resident
 * memory they do not depend on when Node last gave some back.
 */
export async function liveMegabytes({ stderr }: Service): Promise<number> {
  const [, url] = /^Debugger listening on (ws:\S+)$/m.exec(stderr()) ?? [];
  if (url === undefined) throw new Error(`The service is not inspected:\n${stderr()}`);
  const socket = new WebSocket(url);
  await once(socket, "open");
  const post = async (method: string, params = {}): Promise<Answer> => {
    socket.send(JSON.stringify({ id: 1, method, params }));
    const [{ data }] = (await once(socket, "message")) as [{ data: string }];
    return JSON.parse(data) as Answer;
  };
  try {
    await post("HeapProfiler.collectGarbage");
    const used = "(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())";
    const { result } = await post("Runtime.evaluate", { expression: used });
    return Number(result.result?.value) / 2 ** 20;
  } finally {
    socket.close();
  }
}

interface Answer {
  result: { result?: { value: number } };
}
