import type { Query } from "../db/client.ts";
import { type Message, poisonTopic } from "./contract.ts";

export interface StoredMessage {
  id: number;
  body: unknown;
}

/** As one JSON value: in an array of texts, the driver would escape each quote of the bodies. */
export async function insertMessages(query: Query, messages: Message[]): Promise<void> {
  await query(
    `INSERT INTO queue_messages (topic, body)
     SELECT message->>0, message->1 FROM jsonb_array_elements($1::jsonb) AS message`,
    [JSON.stringify(messages.map(({ topic, body }) => [topic, body]))],
    "queue-insert",
  );
}

/**
 * Taken messages are not given out again until their lease expires. With `ORDER BY topic, id` and a
 * range instead of an equality, the planner uses the index of (topic, id) even without statistics;
 * since `after` is compared as a pair, the index is read from there on. The update uses an array,
 * not a join: if the table was nearly empty when it was last analyzed, the planner would compare
 * every taken message with every message (2 s for 1,000 of 7,000).
 *
 * The column `deliveries` is no longer written; it can be dropped once no process of the earlier
 * version runs, which still writes it.
 */
export async function takeMessages(
  query: Query,
  topic: string,
  after: number,
  max: number,
  leaseSeconds: number,
): Promise<StoredMessage[]> {
  return query<StoredMessage>(
    `WITH next AS MATERIALIZED (
       SELECT id FROM queue_messages
       WHERE (topic, id) > ($1, $4::bigint) AND topic <= $1
         AND (taken_until IS NULL OR taken_until <= now())
       ORDER BY topic, id LIMIT $2 FOR UPDATE SKIP LOCKED
     )
     UPDATE queue_messages SET taken_until = now() + $3 * interval '1 second'
     WHERE id = ANY(ARRAY(SELECT id FROM next)) RETURNING id, body`,
    [topic, max, leaseSeconds, after],
    "queue-take",
  );
}

export interface FirstMessage {
  /** the lowest id, of a message that is taken or not */
  first: number | null;
  /** every transaction before this one had ended */
  oldestRunning: number;
  /** no transaction from this one on had begun */
  endOfRunning: number;
}

/** The first message of the topic after an id, and which transactions ran when it was read. */
export async function firstMessage(
  query: Query,
  topic: string,
  after: number,
): Promise<FirstMessage> {
  const [row] = await query<FirstMessage>(
    `SELECT (SELECT id FROM queue_messages WHERE (topic, id) > ($1, $2::bigint) AND topic <= $1
             ORDER BY topic, id LIMIT 1) AS first,
       pg_snapshot_xmin(snapshot)::text::bigint AS "oldestRunning",
       pg_snapshot_xmax(snapshot)::text::bigint AS "endOfRunning"
     FROM pg_current_snapshot() AS snapshot`,
    [topic, after],
    "queue-first",
  );
  return row as FirstMessage;
}

export async function deleteMessages(query: Query, ids: number[]): Promise<void> {
  await query("DELETE FROM queue_messages WHERE id = ANY($1::bigint[])", [ids], "queue-delete");
}

/**
 * Keeps messages from being given out for so many seconds: the lease of taken messages, or the wait
 * before another try.
 */
export async function holdMessages(query: Query, ids: number[], seconds: number[]): Promise<void> {
  await query(
    `UPDATE queue_messages message SET taken_until = now() + held.seconds * interval '1 second'
     FROM unnest($1::bigint[], $2::float8[]) AS held (id, seconds)
     WHERE message.id = ANY($1) AND message.id = held.id`,
    [ids, seconds],
    "queue-hold",
  );
}

export async function poisonMessages(
  query: Query,
  topic: string,
  ids: number[],
  reasons: string[],
): Promise<void> {
  await query(
    `UPDATE queue_messages message SET topic = $1, reason = poison.reason, taken_until = NULL
     FROM unnest($2::bigint[], $3::text[]) AS poison (id, reason) WHERE message.id = poison.id`,
    [poisonTopic(topic), ids, reasons],
    "queue-poison",
  );
}

export async function countMessages(query: Query, topics: string[]): Promise<Map<string, number>> {
  const rows = await query<{ topic: string; waiting: number }>(
    `SELECT topic, (
       SELECT count(*) FROM queue_messages
       WHERE topic = given.topic AND (taken_until IS NULL OR taken_until <= now())) AS waiting
     FROM unnest($1::text[]) AS given (topic)`,
    [topics],
    "queue-count",
  );
  return new Map(rows.map(({ topic, waiting }) => [topic, waiting]));
}

export async function deleteTopics(query: Query, topics: string[]): Promise<void> {
  await query("DELETE FROM queue_messages WHERE topic = ANY($1::text[])", [topics], "queue-drop");
}

/**
 * Walks from one topic to the next by index, however many messages each has. Not a range by prefix,
 * since that depends on the collation.
 */
export async function listTopics(query: Query, prefix: string): Promise<string[]> {
  const rows = await query<{ topic: string }>(
    `WITH RECURSIVE walk AS (
       (SELECT topic FROM queue_messages ORDER BY topic LIMIT 1)
       UNION ALL
       SELECT (SELECT topic FROM queue_messages WHERE topic > walk.topic ORDER BY topic LIMIT 1)
       FROM walk WHERE walk.topic IS NOT NULL
     ) SELECT topic FROM walk WHERE starts_with(topic, $1)`,
    [prefix],
    "queue-topics",
  );
  return rows.map(({ topic }) => topic);
}
