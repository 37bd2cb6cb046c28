import pg from "pg";
import type { Logger } from "pino";

const lockSpace = 727_073;
const locks = { sweep: 1 } as const;

/**
 * Runs `work` while this process holds the advisory lock: one leader of all processes. The lock lives with its connection, so a dead leader's
 * is free at once; when it breaks, `work` is told to end, and what it still writes is guarded as every write is.
 */
export async function lead(
  { databaseUrl, log }: { databaseUrl: string; log: Logger },
  name: keyof typeof locks,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: `longshore leader ${name}`,
      keepAlive: true,
    });
    const term = new AbortController();
    client.on("error", () => term.abort());
    client.on("end", () => term.abort());
    try {
      await client.connect();
      const { rows } = await client.query<{ held: boolean }>(
        "SELECT pg_try_advisory_lock($1, $2) AS held",
        [lockSpace, locks[name]],
      );
      if (rows[0]?.held) await work(AbortSignal.any([signal, term.signal]));
    } catch (error) {
      log.debug({ err: error }, "not leading now");
    }
    await client
      .end()
      .catch((error: Error) => log.trace({ err: error }, "closing a leader's connection"));
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1000).unref());
  }
}
