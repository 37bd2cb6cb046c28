// The queue carries hints; the truth is in the ledger. Messages come at least once, in any order,
// and the queue may lose all of them at any moment.
import { UnavailableError } from "../errors.ts";

export interface Message {
  topic: string;
  body: Record<string, unknown>;
}

export interface Taken {
  body: Record<string, unknown>;
  /**
   * Call once the ledger has recorded what the message asked for. A message that is not settled is
   * delivered again.
   */
  settle(): Promise<void>;
}

/**
 * A consumer's verdict on a message: done, deliver again after a wait, or never again (kept in
 * `<topic>.poison` with the reason).
 */
export type Verdict = "done" | { againInSeconds: number } | { poison: string };

export interface Consumer {
  stop(): Promise<void>;
}

export interface Queue {
  readonly kind: "postgres" | "rabbitmq";
  /** Resolves when the broker has stored every message; rejects if one could not be delivered. */
  publish(messages: Message[]): Promise<void>;
  /**
   * Takes up to `max` messages that are in the topic now, without waiting. An unknown topic is
   * empty.
   */
  take(topic: string, max: number): Promise<Taken[]>;
  /**
   * Calls `handle` with batches of messages as they arrive, at most `prefetch` unsettled. The
   * verdicts are in the order of the batch.
   */
  consume(
    topic: string,
    prefetch: number,
    handle: (bodies: unknown[]) => Promise<Verdict[]>,
  ): Promise<Consumer>;
  /** Messages that wait in each topic, without those that are taken; 0 for an absent topic. */
  depths(topics: string[]): Promise<Map<string, number>>;
  /** Removes a topic with its messages and its poison; succeeds if it does not exist. */
  drop(topic: string): Promise<void>;
  /**
   * Topics with this prefix that were published to and not dropped since, so that the sweep finds
   * those of ended requests.
   */
  topics(prefix: string): Promise<string[]>;
  /** Rejects with a sentence if the queue cannot be used now. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A publish that could not deliver these messages, since their topic no longer existed. The other
 * messages are stored.
 */
export class ReturnedError extends UnavailableError {
  readonly messages: Message[];
  constructor(messages: Message[], of: number) {
    const topics = [...new Set(messages.map(({ topic }) => topic))];
    const named =
      topics.slice(0, 5).join(", ") + (topics.length > 5 ? ` and ${topics.length - 5} more` : "");
    super(
      `The broker returned ${messages.length} of ${of} messages: ${named} has no queue any more. ` +
        "It is declared again at the next publish.",
    );
    this.name = "ReturnedError";
    this.messages = messages;
  }
}

/** Where a topic's unreadable messages are kept. */
export function poisonTopic(topic: string): string {
  return `${topic}.poison`;
}

/** What workers report of files. */
export const reportsTopic = "longshore.reports";
/** What agents report of tasks. */
export const progressTopic = "longshore.progress";

/**
 * Topics that programs on other hosts publish to, by the list in their messages that may be long.
 * On a broker each has an exchange of its name.
 */
export const reportTopics: ReadonlyMap<string, string> = new Map([
  [reportsTopic, "reports"],
  [progressTopic, "settled"],
]);

/** Where workers and agents publish: an exchange of the topic's name, on a broker. */
export interface ReportsExchange {
  /** Rejects with a sentence where nobody has made the exchange, or the broker is away. */
  check(): Promise<void>;
  /** Resolves once the broker has stored all messages; rejects if that is not certain of each. */
  publish(messages: Buffer[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * One topic per request and operation: it is dropped with the request, and the work of each request
 * can be taken separately.
 */
export function workTopic(operation: string, requestId: string): string {
  return `work.${operation}.${requestId}`;
}
