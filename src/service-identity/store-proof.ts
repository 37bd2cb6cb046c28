// The object in the store that shows that it is the service's.
import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import type { Query } from "../db/client.ts";
import { ConfigError } from "../settings/config-error.ts";
import type { Store } from "../storage/contract.ts";
import { readStoreId } from "./store.ts";

export const proofName = "longshore-store";

/**
 * Opens the store for a command that only reads. Throws a sentence that names the setting if it is
 * another than that of the service on this database: there, every result would seem lost.
 */
export async function openServicesStore(
  query: Query,
  { store: place }: Pick<Config, "store">,
  open: () => Promise<Store>,
): Promise<Store> {
  const id = await readStoreId(query);
  // No service has started on this database, so it has no results.
  if (id === undefined) return open();
  const remedy = "Set STORE_URL, or DATA_DIR, as the service has it";
  const refuse = (why: string) => new ConfigError(`${otherStore(place.kind)}: ${why}. ${remedy}.`);
  // Opening would create it.
  if (place.kind === "folder" && !existsSync(place.path))
    throw refuse(`there is no folder ${place.path}`);
  const store = await open();
  if (await store.head(id, proofName)) return store;
  await store.close();
  throw refuse(`it lacks the object ${id}/${proofName}`);
}

export function otherStore(kind: Store["kind"]): string {
  return (
    `STORE_URL (or its default in DATA_DIR) names another ` +
    `${kind === "folder" ? "folder" : "object store"} than the service on this database uses`
  );
}
