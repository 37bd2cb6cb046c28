import type { PeopleDb, PeopleTx } from "../../db/people.ts";

/** `key`: does what its owner does. `peer`: another service, such as a finder. */
export const accessKinds = ["key", "peer"] as const;
export type AccessKind = (typeof accessKinds)[number];

/** What a key of a façade is limited to. */
export interface FacadeLimits {
  facade: string | undefined;
  /** folders; empty: all that the façade has */
  roots: string[];
  /** at once; undefined: any number */
  mostFiles: number | undefined;
}

export interface KeyRow extends FacadeLimits {
  id: string;
  kind: AccessKind;
  name: string;
  /** of a `key` alone: the id of a person */
  owner: string | undefined;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | undefined;
  lastUsedAt: Date | undefined;
}

type NewKey = Omit<KeyRow, "createdAt" | "lastUsedAt">;

/** A name that is taken breaks `access_keys_name_key`. */
export async function addKey(db: PeopleTx, row: NewKey, hash: Buffer): Promise<void> {
  await db.access_keys.create({
    data: {
      id: row.id,
      kind: row.kind,
      name: row.name,
      owner: row.owner ?? null,
      facade: row.facade ?? null,
      roots: row.roots,
      most_files: row.mostFiles ?? null,
      hash: new Uint8Array(hash),
      created_by: row.createdBy,
      expires_at: row.expiresAt ?? null,
    },
  });
}

export async function listKeyRows(db: PeopleDb): Promise<KeyRow[]> {
  const rows = await db.access_keys.findMany({
    where: { revoked_at: null },
    orderBy: [{ created_at: "asc" }, { id: "asc" }],
    omit: { hash: true },
  });
  return rows.map(keyRow);
}

export async function findKey(db: PeopleDb, id: string): Promise<KeyRow | undefined> {
  const row = await db.access_keys.findUnique({ where: { id }, omit: { hash: true } });
  return row ? keyRow(row) : undefined;
}

/** Returns whether it was good until now. */
export async function endKey(db: PeopleTx, id: string): Promise<boolean> {
  const where = { id, revoked_at: null };
  const { count } = await db.access_keys.updateMany({ where, data: { revoked_at: new Date() } });
  return count > 0;
}

export async function noteKeyUse(db: PeopleTx, id: string): Promise<void> {
  await db.access_keys.updateMany({ where: { id }, data: { last_used_at: new Date() } });
}

interface Stored {
  id: string;
  kind: string;
  name: string;
  owner: string | null;
  facade: string | null;
  roots: string[];
  most_files: number | null;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}

function keyRow(row: Stored): KeyRow {
  return {
    id: row.id,
    // A constraint of the table allows the words of this type alone.
    kind: row.kind as AccessKind,
    name: row.name,
    owner: row.owner ?? undefined,
    facade: row.facade ?? undefined,
    roots: row.roots,
    mostFiles: row.most_files ?? undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
