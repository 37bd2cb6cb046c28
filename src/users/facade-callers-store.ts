import type { PeopleDb, PeopleTx } from "../db/people.ts";
import { type Actor, recordAct } from "./acts-store.ts";
import { addAccount } from "./create-store.ts";
import { moveUser } from "./move-store.ts";
import { userMoves } from "./state.ts";

/** What callers without a name may take of a façade, all of them together. */
export interface FacadeQuota {
  openRequests: number;
  mostFiles: number;
  callsAMinute: number;
}

export interface FacadeRow extends FacadeQuota {
  facade: string;
  /** the account that they share */
  owner: string;
  /** it takes them; false: its account is suspended */
  open: boolean;
}

export async function facadeRows(db: PeopleDb): Promise<FacadeRow[]> {
  const rows = await db.facade_callers.findMany({
    include: { users: { select: { state: true } } },
    orderBy: { facade: "asc" },
  });
  return rows.map((row) => ({
    facade: row.facade,
    owner: row.owner,
    open: row.users.state === userMoves.approve.to,
    openRequests: row.open_requests,
    mostFiles: row.most_files,
    callsAMinute: row.calls_a_minute,
  }));
}

/** With an account where the façade has none; one that was suspended is let in again. */
export async function openFor(
  db: PeopleTx,
  by: Actor,
  facade: string,
  quota: FacadeQuota,
): Promise<void> {
  await lockFacade(db, facade);
  const known = await ownerOf(db, facade);
  const owner = known ?? (await addAccount(db, by, accountOf(facade)));
  await moveUser(db, owner, "restore");
  const numbers = {
    open_requests: quota.openRequests,
    most_files: quota.mostFiles,
    calls_a_minute: quota.callsAMinute,
  };
  await db.facade_callers.upsert({
    where: { facade },
    create: { facade, owner, ...numbers },
    update: { owner, ...numbers },
  });
  await recordAct(db, by, { act: "facade.open", subject: owner, detail: { facade, ...numbers } });
}

/** Returns whether it was open. */
export async function closeFor(db: PeopleTx, by: Actor, facade: string): Promise<boolean> {
  const owner = await ownerOf(db, facade);
  if (owner === undefined || !(await moveUser(db, owner, "suspend"))) return false;
  await recordAct(db, by, { act: "facade.close", subject: owner, detail: { facade } });
  return true;
}

/** Whether it was ever opened. */
export async function isKnown(db: PeopleDb, facade: string): Promise<boolean> {
  return (await db.facade_callers.count({ where: { facade } })) > 0;
}

/** Of two processes that open it at once, one makes the account. */
async function lockFacade(db: PeopleTx, facade: string): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${facade}, 16))`;
}

/** Undefined where it has none, or one that was deleted. */
async function ownerOf(db: PeopleDb, facade: string): Promise<string | undefined> {
  const row = await db.facade_callers.findUnique({
    where: { facade, users: { state: { not: userMoves.remove.to } } },
  });
  return row?.owner;
}

const accountOf = (facade: string) => ({ name: `Without a name (${facade})`, admin: false });
