import type { PeopleDb, PeopleTx } from "../../db/people.ts";
import type { Scope } from "../caller.ts";
import { type DeviceState, deviceMoves } from "./state.ts";

export interface DeviceRow {
  /** what the program calls itself */
  client: string;
  scopes: Scope[];
  /** where it calls from */
  address: string;
  state: DeviceState;
  /** who has approved or denied it */
  user: string | undefined;
  /** how long it has to wait between two polls */
  waitSeconds: number;
  polledAt: Date | undefined;
  createdAt: Date;
  expiresAt: Date;
}

export interface NewDevice extends Pick<DeviceRow, "client" | "scopes" | "address"> {
  deviceHash: Buffer;
  userCodeHash: Buffer;
  createdAt: Date;
  expiresAt: Date;
}

/** A code of which there is one already breaks `device_codes_user_code_hash_key`. */
export async function addDevice(db: PeopleTx, device: NewDevice): Promise<void> {
  const { deviceHash, userCodeHash, client, scopes, address, createdAt, expiresAt } = device;
  await db.device_codes.create({
    data: {
      device_hash: new Uint8Array(deviceHash),
      user_code_hash: new Uint8Array(userCodeHash),
      client,
      scopes,
      address,
      created_at: createdAt,
      expires_at: expiresAt,
    },
  });
}

export async function removeExpired(db: PeopleTx, now: Date): Promise<void> {
  await db.device_codes.deleteMany({ where: { expires_at: { lt: now } } });
}

/** Of one address, and of all. */
export async function countDevices(
  db: PeopleDb,
  address: string,
): Promise<{ own: number; all: number }> {
  const own = await db.device_codes.count({ where: { address } });
  return { own, all: await db.device_codes.count() };
}

export async function findByUserCode(db: PeopleDb, hash: Buffer): Promise<DeviceRow | undefined> {
  const row = await db.device_codes.findUnique({
    where: { user_code_hash: new Uint8Array(hash) },
  });
  return row ? deviceRow(row) : undefined;
}

export async function findByDevice(db: PeopleDb, hash: Buffer): Promise<DeviceRow | undefined> {
  const row = await db.device_codes.findUnique({ where: { device_hash: new Uint8Array(hash) } });
  return row ? deviceRow(row) : undefined;
}

/** Returns whether it still waited. `scopes`: those that it gets, which may be fewer. */
export async function decideDevice(
  db: PeopleTx,
  userCodeHash: Buffer,
  { move, user, scopes }: { move: "approve" | "deny"; user: string; scopes: readonly Scope[] },
): Promise<boolean> {
  const { from, to } = deviceMoves[move];
  const { count } = await db.device_codes.updateMany({
    where: { user_code_hash: new Uint8Array(userCodeHash), state: { in: [...from] } },
    data: { state: to, user_id: user, scopes: [...scopes] },
  });
  return count > 0;
}

export async function notePoll(
  db: PeopleTx,
  deviceHash: Buffer,
  { at, waitSeconds }: { at: Date; waitSeconds: number },
): Promise<void> {
  await db.device_codes.updateMany({
    where: { device_hash: new Uint8Array(deviceHash) },
    data: { polled_at: at, wait_seconds: waitSeconds },
  });
}

/** Returns whether it was approved and not used: of two polls at once, one gets the token. */
export async function noteUsed(db: PeopleTx, deviceHash: Buffer): Promise<boolean> {
  const { from, to } = deviceMoves.use;
  const { count } = await db.device_codes.updateMany({
    where: { device_hash: new Uint8Array(deviceHash), state: { in: [...from] } },
    data: { state: to },
  });
  return count > 0;
}

function deviceRow(row: {
  client: string;
  scopes: string[];
  address: string;
  state: string;
  user_id: string | null;
  wait_seconds: number;
  polled_at: Date | null;
  created_at: Date;
  expires_at: Date;
}): DeviceRow {
  return {
    client: row.client,
    // A constraint, and the checks before it, allow the words of these types alone.
    scopes: row.scopes as Scope[],
    address: row.address,
    state: row.state as DeviceState,
    user: row.user_id ?? undefined,
    waitSeconds: row.wait_seconds,
    polledAt: row.polled_at ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
