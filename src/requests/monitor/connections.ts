import { Gauge, type Registry } from "prom-client";
import type { Db } from "../../db/client.ts";

/** Connections of this process to the database, read at each scrape. */
export function registerConnections(registry: Registry, pools: Record<string, Db>): void {
  new Gauge({
    name: "longshore_db_connections",
    help: "Connections of this process to the database, and calls that wait for one",
    labelNames: ["pool", "state"],
    registers: [registry],
    collect() {
      for (const [pool, db] of Object.entries(pools)) {
        const { totalCount, idleCount, waitingCount } = db.pool;
        this.set({ pool, state: "busy" }, totalCount - idleCount);
        this.set({ pool, state: "idle" }, idleCount);
        this.set({ pool, state: "waiting" }, waitingCount);
      }
    },
  });
}
