import pg from "pg";
import { within } from "../time.ts";
import { codeOf, DatabaseClosedError, isAway, isConflict, toUnavailable } from "./away.ts";
import { connectionTo, sessionOptions } from "./connection.ts";
import { makeSockets } from "./sockets.ts";

export type Query = <Row extends object = Record<string, unknown>>(
  text: string,
  params?: unknown[],
  name?: string,
) => Promise<Row[]>;

export interface TransactionOptions {
  /** most seconds of one statement; default: those of the pool */
  statementSeconds?: number;
}

export interface Db {
  query: Query;
  /**
   * Runs one transaction; tries it again after a deadlock (40P01) or a serialization failure
   * (40001).
   */
  tx<Result>(
    work: (query: Query) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  pool: pg.Pool;
  /**
   * Returns a function that breaks off the connections which received nothing since; others are
   * made in their place.
   */
  mark(): () => void;
  /** Breaks off all connections, for the end of the process; whatever is asked later fails. */
  shut(): void;
  close(): Promise<void>;
}

export interface DbOptions {
  url: string;
  /** appears in pg_stat_activity: the process's role */
  applicationName: string;
  max?: number;
  /** settings of every connection, for statements whose plan must not depend on statistics */
  planner?: Record<string, string>;
  /** after which Postgres cancels a statement */
  statementSeconds?: number;
  /** how much longer than Postgres the driver waits: only a broken connection takes so long */
  lateSeconds?: number;
  /** most seconds until a connection is there, a new one or one that is free */
  connectSeconds?: number;
}

const { INT8: bigint, DATE: date } = pg.types.builtins;
const bigintArray = 1016 as typeof bigint;
const textArray = 1009 as typeof bigint;

const parseTextArray: (text: string) => string[] = pg.types.getTypeParser(textArray);
const parsers = new Map<number, (text: string) => unknown>([
  [bigint, Number],
  [date, String],
  [bigintArray, (text) => parseTextArray(text).map(Number)],
]);

/** Of our connections alone: other users of `pg` in the process keep its parsers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    (format !== "binary" && parsers.get(oid)) || pg.types.getTypeParser(oid, format as "text"),
};

const closeMilliseconds = 10_000;

export function openDb({
  url,
  applicationName,
  max = 10,
  planner = {},
  statementSeconds = 120,
  lateSeconds = 10,
  connectSeconds = 10,
}: DbOptions): Db {
  const settings = { statement_timeout: `${statementSeconds}s`, jit: "off", ...planner };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const sockets = makeSockets();
  const driverTimeout = (seconds: number) => (seconds + lateSeconds) * 1_000;
  let isEnding = false;
  const pool = new pg.Pool({
    ...connectionTo(url, applicationName),
    max,
    types,
    stream: sockets.open,
    connectionTimeoutMillis: connectSeconds * 1_000,
    query_timeout: driverTimeout(statementSeconds),
    idleTimeoutMillis: 30_000,
    options: [...sessionOptions, ...options].join(" "),
  });
  // A connection that dies while idle is replaced at its next use; a running query rejects itself.
  pool.on("error", () => undefined);
  // The pool takes its own listener off before whoever waits for the connection can add one. An
  // error in between would end the process.
  pool.on("connect", (client) => void client.on("error", () => undefined));

  function toShown(error: unknown): unknown {
    return isEnding && isAway(error) ? new DatabaseClosedError() : toUnavailable(error);
  }

  async function query<Row extends object>(
    text: string,
    params: unknown[] = [],
    name?: string,
  ): Promise<Row[]> {
    try {
      return (
        await pool.query<Row & pg.QueryResultRow>({
          text,
          values: params,
          ...(name ? { name } : {}),
        })
      ).rows;
    } catch (error) {
      throw toShown(error);
    }
  }

  async function once<Result>(
    work: (query: Query) => Promise<Result>,
    { statementSeconds: seconds }: TransactionOptions,
  ): Promise<Result> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on("error", onError);
    const timeout = seconds !== undefined && { query_timeout: driverTimeout(seconds) };
    try {
      await client.query("BEGIN");
      if (seconds !== undefined) await client.query(`SET LOCAL statement_timeout = '${seconds}s'`);
      const result = await work(
        async (text, params = [], name) =>
          (await client.query({ text, values: params, ...(name && { name }), ...timeout }))
            .rows as never,
      );
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // Postgres rolls back when the connection ends
      if (isUnanswered(error)) broken ??= error as Error;
      else
        await client.query("ROLLBACK").catch((failure: Error) => {
          broken ??= failure;
        });
      throw error;
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  async function tx<Result>(
    work: (query: Query) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work, options);
      } catch (error) {
        if (attempt < 5 && isConflict(error)) continue;
        throw toShown(error);
      }
    }
  }

  function shut(): void {
    isEnding = true;
    sockets.shut();
  }

  async function close(): Promise<void> {
    isEnding = true;
    // What is still running then is rolled back.
    await within(closeMilliseconds, pool.end().then(sockets.closed)).catch(() => undefined);
    shut();
  }

  return { query, tx, pool, mark: sockets.mark, shut, close };
}

/** The connection is of no use any more: a query on it would wait for the same answer. */
function isUnanswered(error: unknown): boolean {
  return isAway(error) && codeOf(error) === undefined;
}
