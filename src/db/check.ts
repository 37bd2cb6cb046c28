import type { Db } from "./client.ts";
import { pendingMigrations } from "./migrate.ts";

/** Rejects with a sentence if the database cannot be used now. */
export async function checkDatabase(db: Db): Promise<void> {
  const pending = await pendingMigrations(db.query);
  if (pending.length > 0) throw new Error(`Migrations are not applied yet: ${pending.join(", ")}.`);
}
