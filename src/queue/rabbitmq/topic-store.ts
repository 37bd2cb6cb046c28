import type { Db } from "../../db/client.ts";
import { deleteTopics, insertMessages, listTopics } from "../postgres-store.ts";

/**
 * AMQP cannot list queues, and not every broker has the management plugin. So each topic is
 * recorded in the database before it is declared: the sweep finds topics left by a crash. A topic
 * that the broker lost is listed until it is dropped.
 */
export interface TopicRecord {
  add(topics: string[]): Promise<void>;
  remove(topic: string): Promise<void>;
  list(prefix: string): Promise<string[]>;
}

const mark = "declared:";

/**
 * One row per topic in the table that is the queue itself without a broker: the same walk by index
 * lists both.
 */
export function recordTopics({ query }: Db): TopicRecord {
  async function add(topics: string[]): Promise<void> {
    const known = new Set(
      await query<{ topic: string }>(
        "SELECT DISTINCT topic FROM queue_messages WHERE topic = ANY($1::text[])",
        [topics.map((topic) => mark + topic)],
      ).then((rows) => rows.map(({ topic }) => topic)),
    );
    const fresh = topics.filter((topic) => !known.has(mark + topic));
    if (fresh.length)
      await insertMessages(
        query,
        fresh.map((topic) => ({ topic: mark + topic, body: {} })),
      );
  }

  async function list(prefix: string): Promise<string[]> {
    return (await listTopics(query, mark + prefix)).map((topic) => topic.slice(mark.length));
  }

  return { add, list, remove: (topic) => deleteTopics(query, [mark + topic]) };
}
