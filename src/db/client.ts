import pg from "pg";
import { UnavailableError } from "../errors.ts";
import { connectionTo } from "./connection.ts";

export type Query = <Row extends object = Record<string, unknown>>(
  text: string,
  params?: unknown[],
  name?: string,
) => Promise<Row[]>;

export interface Db {
  query: Query;
  /**
   * Runs one transaction; tries it again after a deadlock (40P01) or a serialization failure
   * (40001).
   */
  tx<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  pool: pg.Pool;
  close(): Promise<void>;
}

export interface DbOptions {
  url: string;
  /** appears in pg_stat_activity: the process's role */
  applicationName: string;
  max?: number;
  /** settings of every connection, for statements whose plan must not depend on statistics */
  planner?: Record<string, string>;
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

export function openDb({ url, applicationName, max = 10, planner = {} }: DbOptions): Db {
  const options = Object.entries(planner).map(([name, value]) => `-c ${name}=${value}`);
  const pool = new pg.Pool({
    ...connectionTo(url, applicationName),
    max,
    types,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    options: ["-c timezone=UTC", "-c statement_timeout=120000", "-c jit=off", ...options].join(" "),
  });
  // A connection that dies while idle is replaced at its next use; a running query rejects itself.
  pool.on("error", () => undefined);

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
      throw readable(error);
    }
  }

  async function once<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on("error", onError);
    try {
      await client.query("BEGIN");
      const result = await work(
        async (text, params = [], name) =>
          (await client.query({ text, values: params, ...(name ? { name } : {}) })).rows as never,
      );
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken ??= failure;
      });
      throw error;
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  async function tx<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work);
      } catch (error) {
        if (attempt < 5 && isConflict(error)) continue;
        throw readable(error);
      }
    }
  }

  return { query, tx, pool, close: () => pool.end() };
}

export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40P01" || code === "40001";
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

const awayCodes = new Set([
  "57P01",
  "57P02",
  "57P03",
  "08000",
  "08003",
  "08006",
  "53300",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOENT",
  "ETIMEDOUT",
]);
const awayWords = new RegExp(
  [
    "Connection terminated",
    "timeout exceeded when trying to connect",
    "Client has encountered a connection error",
    "not queryable",
    "connection timeout",
    "Connection ended",
  ].join("|"),
  "i",
);

/** Whether the connection failed, not the statement: then trying again can help. */
export function isAway(error: unknown): boolean {
  if (error instanceof UnavailableError) return true;
  return (
    awayCodes.has(codeOf(error) ?? "") || (error instanceof Error && awayWords.test(error.message))
  );
}

function readable(error: unknown): unknown {
  if (!isAway(error) || error instanceof UnavailableError) return error;
  return new UnavailableError("The database is temporarily unavailable.");
}
