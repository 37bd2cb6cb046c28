import type { Deps } from "../deps.ts";
import { suspendedAt } from "./users-store.ts";

/** An owner without a row, such as the local one, is never suspended. */
export async function isSuspended({ db }: Deps<"db">, owner: string): Promise<boolean> {
  return (await suspendedAt(db.query, owner)) !== undefined;
}
