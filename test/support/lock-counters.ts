import pg from "pg";
import type { Ledger } from "./context.ts";

/** Another session that holds the request's counters until it is released. */
export async function lockCounters(
  { ctx }: { ctx: Pick<Ledger["ctx"], "databaseUrl"> },
  request: string,
): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: ctx.databaseUrl });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT FROM request_steps WHERE request_id = $1 FOR UPDATE", [request]);
  return () => client.end();
}
