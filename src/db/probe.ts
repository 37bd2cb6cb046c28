import type { Logger } from "pino";
import { checkDatabase } from "./check.ts";
import { type Db, openDb } from "./client.ts";
import { watchDatabase } from "./watch.ts";

/** Tells whether the database can be used, and watches whether it responds. */
export interface DatabaseProbe {
  /**
   * Rejects with a sentence if the database cannot be used now. To know, it is read, and written at
   * most once in two seconds. Calls at the same time share one check.
   */
  check(): Promise<void>;
  close(): Promise<void>;
}

interface ProbeOptions {
  url: string;
  applicationName: string;
  /** whose connections are broken off if the database does not respond */
  pools: readonly Pick<Db, "mark">[];
  log: Logger;
}

const limits = { connectSeconds: 10, statementSeconds: 8, lateSeconds: 2 };
const keepMilliseconds = 2_000;

/** It has connections of its own: those of a busy pool say nothing of the database. */
export function openProbe({ url, applicationName, pools, log }: ProbeOptions): DatabaseProbe {
  const db = openDb({ url, applicationName, max: 2, ...limits });
  const stopping = new AbortController();
  const mark = () => {
    const marks = pools.map((pool) => pool.mark());
    return () => {
      for (const breakOff of marks) breakOff();
    };
  };
  const watching = watchDatabase({ db, mark, log, signal: stopping.signal });
  let running: Promise<void> | undefined;
  let written: { at: number; failure: unknown } | undefined;

  function check(): Promise<void> {
    running ??= readAndWrite().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function readAndWrite(): Promise<void> {
    await checkDatabase(db);
    if (written === undefined || performance.now() - written.at > keepMilliseconds) {
      const failure = await write(db).then(
        () => undefined,
        (error: unknown) => error,
      );
      written = { at: performance.now(), failure };
    }
    if (written.failure !== undefined) throw written.failure;
  }

  async function close(): Promise<void> {
    stopping.abort();
    db.shut();
    await watching;
    await db.close();
  }

  return { check, close };
}

/**
 * A row that fills a page, inserted and deleted: this needs a commit, and a new page of the disk.
 * An update of one row would reuse its pages, and would not notice a full disk. Autovacuum removes
 * the dead rows and returns the empty pages to the disk.
 */
async function write(db: Db): Promise<void> {
  await db.tx(async (query) => {
    const [row] = await query<{ id: string }>(
      "INSERT INTO write_probes DEFAULT VALUES RETURNING id",
    );
    await query("DELETE FROM write_probes WHERE id = $1", [row?.id]);
  });
}
