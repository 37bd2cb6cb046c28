import pg from "pg";
import type { Logger } from "pino";
import { pause } from "../time.ts";
import { connectionTo } from "./connection.ts";
import { endConnection } from "./end-connection.ts";

/** First key of the advisory locks: any constant that no other program on the database uses. */
const lockSpace = 727_073;
const locks = { scheduler: 1, metrics: 2 } as const;
export type Duty = keyof typeof locks;

const candidacyMilliseconds = 1000;
const livenessMilliseconds = 5000;
const answerMilliseconds = 10_000;

/**
 * Runs `work` while this process holds the duty's advisory lock, so that only one process does. The
 * lock lives as long as its connection, so a dead leader's lock is free at once. When the
 * connection breaks, `work` is aborted; its last writes are guarded like all others.
 */
export async function lead(
  { databaseUrl, log }: { databaseUrl: string; log: Logger },
  duty: Duty,
  signal: AbortSignal,
  work: (term: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({
      ...connectionTo(databaseUrl, `longshore leader ${duty}`),
      keepAlive: true,
      query_timeout: answerMilliseconds,
    });
    const broken = new AbortController();
    client.on("error", () => broken.abort());
    client.on("end", () => broken.abort());
    const term = AbortSignal.any([signal, broken.signal]);
    try {
      await client.connect();
      await becomeLeader(client, duty, term);
      if (!term.aborted) {
        const working = work(term).finally(() => broken.abort());
        await Promise.all([working, watch(client, term, broken)]);
      }
    } catch (error) {
      log.debug({ err: error, duty }, "this process does not lead");
    } finally {
      broken.abort();
    }
    await endConnection(client);
    await pause(candidacyMilliseconds, signal);
  }
}

/** Resolves when the lock is held or the term has ended. Uses one connection, which stays open. */
async function becomeLeader(client: pg.Client, duty: Duty, term: AbortSignal): Promise<void> {
  while (!term.aborted) {
    const { rows } = await client.query<{ held: boolean }>(
      "SELECT pg_try_advisory_lock($1, $2) AS held",
      [lockSpace, locks[duty]],
    );
    if (rows[0]?.held) return;
    await pause(candidacyMilliseconds, term);
  }
}

/** Detects a connection that broke silently, for example in a network partition. */
async function watch(client: pg.Client, term: AbortSignal, broken: AbortController): Promise<void> {
  while (!term.aborted) {
    await pause(livenessMilliseconds, term);
    if (!term.aborted) await client.query("SELECT 1").catch(() => broken.abort());
  }
}
