// Messages come back, are committed late, and are taken by several at once and by processes that
// start anew, in any order: none is given twice, and none waits while later ones are taken.
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, openDb } from "../../src/db/client.ts";
import { deleteMessages, insertMessages } from "../../src/queue/postgres-store.ts";
import { makeTaker, type Take } from "../../src/queue/postgres-taker.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";

const patience = 5_000;
const seed = Number(process.env.MODEL_SEED ?? Date.now() % 1_000_000);
const runs = Number(process.env.MODEL_RUNS ?? 100);

let database: FreshDatabase;
let db: Db;
beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url, applicationName: "longshore tests", max: 4 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const index = fc.nat({ max: 30 });
const facts = fc.oneof(
  { weight: 3, arbitrary: fc.record({ fact: fc.constant("publish"), n: fc.integer({ min: 1 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ fact: fc.constantFrom("take", "take at once"), n: index }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ fact: fc.constantFrom("settle", "come again"), n: index }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ fact: fc.constantFrom("begin", "commit", "restart"), n: index }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ fact: fc.constant("wait"), n: fc.constantFrom(1_000, 2_500, 5_000) }),
  },
);

test(`no message is taken twice, or waits behind later ones (MODEL_SEED=${seed} MODEL_RUNS=${runs} repeats it)`, async () => {
  const property = fc.asyncProperty(fc.array(facts, { minLength: 10, maxLength: 40 }), runOne);
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
}, 600_000);

async function runOne(sequence: { fact: string; n: number }[]): Promise<void> {
  const topic = `test.${randomUUID()}`;
  /** since when each message may be taken */
  const free = new Map<number, number>();
  const held: number[] = [];
  const open: { commit(): Promise<number[]> }[] = [];
  let now = 0;
  const started = () => makeTaker(db.query, () => now, 3);
  const takers: Take[] = [started(), started()];
  const taker = (n: number) => takers[n % 2] ?? started();

  const take = async (maxima: number[], of: (place: number) => Take) => {
    const parts = await Promise.all(maxima.map((max, place) => of(place)(topic, max, 3_600)));
    const ids = parts.flat().map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
    expect(ids.filter((id) => !free.has(id))).toEqual([]);
    for (const id of ids) free.delete(id);
    held.push(...ids);
    for (const [id, since] of free)
      if (since <= now - patience) expect(ids.filter((one) => one > id)).toEqual([]);
    return ids;
  };

  const isFree = (ids: number[] = []) => {
    for (const id of ids) free.set(id, now);
  };
  const someHeld = (n: number) => held.splice(n % Math.max(held.length, 1), 1);
  const moves: Record<string, (n: number) => Promise<unknown>> = {
    publish: async (n) => isFree(await publish(topic, (n % 5) + 1)),
    take: async (n) => {
      const max = (n % 4) + 1;
      const ids = await take([max], () => taker(n));
      if (ids.length < max) expect([...free.keys()]).toEqual([]);
    },
    "take at once": () => take([2, 3, 1, 2], (place) => taker(place >> 1)),
    settle: (n) => deleteMessages(db.query, someHeld(n)),
    "come again": async (n) => {
      const ids = someHeld(n);
      await db.query("UPDATE queue_messages SET taken_until = NULL WHERE id = ANY($1)", [ids]);
      isFree(ids);
    },
    begin: async () => open.length < 2 && open.push(await publishLate(topic)),
    commit: async () => isFree(await open.shift()?.commit()),
    restart: async (n) => {
      takers[n % 2] = started();
    },
    wait: async (n) => {
      now += n;
    },
  };
  for (let n = 0; n < 6; n++) await moves.publish?.(4);
  for (const { fact, n } of sequence) await moves[fact]?.(n);
  for (const { commit } of open) isFree(await commit());
  const left = free.size;
  expect(await take([left + 1], () => taker(0))).toHaveLength(left);
  await db.query("DELETE FROM queue_messages WHERE topic = $1", [topic]);
}

const idsOf = "SELECT id FROM queue_messages WHERE topic = $1 AND id > $2";

async function publish(topic: string, count: number): Promise<number[]> {
  const [last] = await db.query<{ id: number }>(
    "SELECT coalesce(max(id), 0) AS id FROM queue_messages",
  );
  await insertMessages(
    db.query,
    Array.from({ length: count }, (_, n) => ({ topic, body: { n } })),
  );
  const rows = await db.query<{ id: number }>(idsOf, [topic, last?.id]);
  return rows.map(({ id }) => id);
}

/** Its ids are before those of messages that others commit meanwhile. */
async function publishLate(topic: string): Promise<{ commit(): Promise<number[]> }> {
  const client = await db.pool.connect();
  await client.query("BEGIN");
  const { rows } = await client.query<{ id: number }>(
    "INSERT INTO queue_messages (topic, body) VALUES ($1, '{}'), ($1, '{}') RETURNING id",
    [topic],
  );
  return {
    async commit() {
      await client.query("COMMIT");
      client.release();
      return rows.map(({ id }) => Number(id));
    },
  };
}
