import type { Message, Queue, ReportsExchange } from "../../src/queue/contract.ts";

/** What an agent publishes goes to this queue of the service, as a broker would pass it on. */
export function exchangeOver(queue: Pick<Queue, "publish">, topic: string): ReportsExchange {
  const asMessage = (content: Buffer): Message => ({ topic, body: JSON.parse(String(content)) });
  return {
    check: async () => undefined,
    publish: (messages) => queue.publish(messages.map(asMessage)),
    close: async () => undefined,
  };
}
