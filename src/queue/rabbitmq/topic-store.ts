import type { Db } from "../../db/client.ts";
import { deleteTopics, insertMessages, listTopics } from "../postgres-store.ts";

/**
 * AMQP cannot list queues, and the management plugin is not everywhere. So the database remembers
 * each topic before it is declared, by whichever process: what a crash leaves behind is found,
 * though a topic the broker lost is listed until dropped.
 */
export interface TopicRecord {
  add(topics: string[]): Promise<void>;
  remove(topic: string): Promise<void>;
  list(prefix: string): Promise<string[]>;
}

const mark = "declared:";

/**
 * One row a topic in the table that is the queue itself where there is no broker: the same walk by
 * index lists both.
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
