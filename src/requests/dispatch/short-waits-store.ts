import type { Db, Query } from "../../db/client.ts";

export interface StartDb extends Pick<Db, "tx"> {
  /** One statement. */
  run<Result>(statement: (query: Query) => Promise<Result>): Promise<Result>;
}

const lockWait = "300ms";

export function withUsualWaits({ query, tx }: Pick<Db, "query" | "tx">): StartDb {
  return { tx, run: (statement) => statement(query) };
}

/** Its statements wait for locks only shortly: for rows that are probably still locked. */
export function withShortWaits(db: Pick<Db, "tx">): StartDb {
  const tx: StartDb["tx"] = (work, options) =>
    db.tx(async (query) => {
      await query("SELECT set_config('lock_timeout', $1, true)", [lockWait], "short_lock_wait");
      return work(query);
    }, options);
  return { tx, run: (statement) => tx(statement) };
}
