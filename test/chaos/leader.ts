import { onDatabase } from "./on-database.ts";
import type { Stage } from "./stage.ts";

/** The number of the service that leads; the first where nobody does at the moment. */
export async function leadingService({ services, database }: Stage): Promise<number> {
  const rows = await onDatabase<{ holder: string }>(
    await database.url(),
    "SELECT holder FROM leaders WHERE duty = 'scheduler' AND expires_at > clock_timestamp()",
  );
  const pids = rows.map(({ holder }) => Number(holder.split(" ")[1]));
  const found = services.urls.findIndex((_, index) => pids.includes(services.pid(index)));
  return Math.max(found, 0);
}
