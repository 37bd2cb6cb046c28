// The queue carries hints, never the truth: at-least-once, unordered, and it may lose everything at
// any moment.
import { UnavailableError } from "../errors.ts";

export interface Message {
  topic: string;
  body: Record<string, unknown>;
}

export interface Taken {
  body: Record<string, unknown>;
  /**
   * Call once the ledger has what the message asked for; a message taken and not settled is given
   * out again.
   */
  settle(): Promise<void>;
}

/**
 * What a consumer says of one message: done, once more after a wait, or never again (kept in
 * `<topic>.poison` with the reason).
 */
export type Verdict = "done" | { againInSeconds: number } | { poison: string };

export interface Consumer {
  stop(): Promise<void>;
}

export interface Queue {
  readonly kind: "postgres" | "rabbitmq";
  /** Resolves when the broker has every message for good; rejects when one could not be placed. */
  publish(messages: Message[]): Promise<void>;
  /**
   * Takes at most `max` messages of a topic that are there now; does not wait. An unknown topic is
   * an empty one.
   */
  take(topic: string, max: number): Promise<Taken[]>;
  /**
   * Hands batches of messages to `handle` as they come, at most `prefetch` unsettled; the verdicts
   * are in the order of the batch.
   */
  consume(
    topic: string,
    prefetch: number,
    handle: (bodies: unknown[]) => Promise<Verdict[]>,
  ): Promise<Consumer>;
  /** Messages waiting in each topic, those in somebody's hand not counted; an absent topic is 0. */
  depths(topics: string[]): Promise<Map<string, number>>;
  /** Removes a topic with all its messages and its poison; removing what is gone is success. */
  drop(topic: string): Promise<void>;
  /**
   * Topics that were published to, not dropped since, and begin with `prefix`: so that the sweep
   * finds those of ended requests.
   */
  topics(prefix: string): Promise<string[]>;
  /** Rejects with a sentence when the queue cannot be used now. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A publish that could not place these messages (the others are there for good): their topic
 * vanished meanwhile.
 */
export class ReturnedError extends UnavailableError {
  readonly messages: Message[];
  constructor(messages: Message[], of: number) {
    const topics = [...new Set(messages.map(({ topic }) => topic))];
    const named =
      topics.slice(0, 5).join(", ") + (topics.length > 5 ? ` and ${topics.length - 5} more` : "");
    super(
      `The broker gave ${messages.length} of ${of} messages back: the queue is gone of ${named}. It is declared anew at the next publish.`,
    );
    this.name = "Returned";
    this.messages = messages;
  }
}

/** Where a topic's messages lie that nobody could read. */
export function poisonTopic(topic: string): string {
  return `${topic}.poison`;
}

export const reportsTopic = "longshore.reports";

/**
 * One topic a request and operation: dropped with the request, and a request's work can be taken
 * apart from the others'.
 */
export function workTopic(operation: string, requestId: string): string {
  return `work.${operation}.${requestId}`;
}
