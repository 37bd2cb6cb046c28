import type { Verdict } from "../contract.ts";
import type { Outgoing, Publisher } from "./publisher.ts";
import type { Topology } from "./topology.ts";

export interface Judged {
  content: Buffer;
  verdict: Verdict;
  /** of a copy that waits */
  headers?: Record<string, string> | undefined;
}

/**
 * Copies messages that are not done to the queue where they wait or are kept, and resolves when the
 * broker has confirmed it: only then are they acknowledged.
 */
export async function deferOrPoison(
  topic: string,
  judged: Judged[],
  topology: Topology,
  publisher: Publisher,
): Promise<void> {
  const queues = new Map<string, Promise<string>>();
  const queueOf = (verdict: Exclude<Verdict, "done">): Promise<string> => {
    const seconds = "poison" in verdict ? undefined : roundUp(verdict.againInSeconds);
    const known = queues.get(String(seconds));
    if (known !== undefined) return known;
    const declared =
      seconds === undefined ? topology.declarePoison(topic) : topology.declareLater(topic, seconds);
    queues.set(String(seconds), declared);
    return declared;
  };

  const outgoing: Outgoing[] = [];
  for (const { content, verdict, headers } of judged) {
    if (verdict === "done") continue;
    const queue = await queueOf(verdict);
    outgoing.push(
      "poison" in verdict
        ? { queue, content, headers: { reason: verdict.poison.slice(0, 2000) } }
        : { queue, content, ...(headers && { headers }) },
    );
  }
  const back = await publisher.send(outgoing);
  if (back.length)
    throw new Error(`${back.length} messages could not be deferred; they are delivered again`);
}

/**
 * Each wait has its own queue, so there are few different waits: a TTL works only at a queue's
 * head, where a short wait must not be stuck behind a long one.
 */
function roundUp(seconds: number): number {
  return 2 ** Math.ceil(Math.log2(Math.min(Math.max(seconds, 1), 3600)));
}
