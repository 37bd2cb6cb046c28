import { onDatabase } from "./on-database.ts";
import type { Stage } from "./stage.ts";

/** The number of the service that leads; the first where nobody does at the moment. */
export async function leadingService({ services, database }: Stage): Promise<number> {
  if (services.proxies.length < 2) return 0;
  const rows = await onDatabase<{ port: number }>(
    await database.url(),
    `SELECT activity.client_port AS port
     FROM pg_stat_activity activity JOIN pg_locks USING (pid)
     WHERE activity.application_name = 'longshore leader scheduler'
       AND pg_locks.locktype = 'advisory' AND pg_locks.granted`,
  );
  const found = services.proxies.findIndex((proxy) =>
    rows.some(({ port }) => proxy.callsFrom().includes(port)),
  );
  return Math.max(found, 0);
}
