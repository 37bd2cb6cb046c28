import type { Query } from "../db/client.ts";

export interface ServiceIdentity {
  keyFingerprints: string[];
  storeId: string | null;
}

/** Returns the row, created if missing, and locks it: concurrent starts go one after the other. */
export async function lockIdentity(query: Query): Promise<ServiceIdentity> {
  await query("INSERT INTO service_identity DEFAULT VALUES ON CONFLICT DO NOTHING");
  const [row] = await query<ServiceIdentity>(
    `SELECT key_fingerprints AS "keyFingerprints", store_id AS "storeId"
     FROM service_identity FOR UPDATE`,
  );
  return row ?? { keyFingerprints: [], storeId: null };
}

/** Of the service that started on this database, if one did. */
export async function readStoreId(query: Query): Promise<string | undefined> {
  const [row] = await query<{ storeId: string | null }>(
    `SELECT store_id AS "storeId" FROM service_identity`,
  );
  return row?.storeId ?? undefined;
}

/** None before the first start. */
export async function readKeyFingerprints(query: Query): Promise<string[]> {
  const [row] = await query<{ keyFingerprints: string[] }>(
    `SELECT key_fingerprints AS "keyFingerprints" FROM service_identity`,
  );
  return row?.keyFingerprints ?? [];
}

export async function keepIdentity(
  query: Query,
  { keyFingerprints, storeId }: ServiceIdentity,
): Promise<void> {
  await query(
    "UPDATE service_identity SET key_fingerprints = $1, store_id = $2, updated_at = now()",
    [keyFingerprints, storeId],
  );
}
