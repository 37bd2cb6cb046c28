// Who are administrators. A service keeps one, or nobody could let anyone in.
import type { PeopleTx } from "../db/people.ts";
import { RequestError } from "../errors.ts";
import { userMoves } from "./state.ts";

/**
 * For what may take an administrator away: one at a time, so that two do not take each other away.
 * Throws 409 if the last one is gone.
 */
export async function keepingAnAdmin<Result>(
  db: PeopleTx,
  work: () => Promise<Result>,
): Promise<Result> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('administrators', 14))`;
  const before = await countAdmins(db);
  const result = await work();
  if (before > 0 && (await countAdmins(db)) === 0)
    throw new RequestError(
      409,
      "last_admin",
      "This would leave the service without an administrator: make another one first.",
    );
  return result;
}

/** Only an approved account becomes an administrator's. Returns whether it changed. */
export async function setAdmin(db: PeopleTx, id: string, admin: boolean): Promise<boolean> {
  const { count } = await db.users.updateMany({
    where: { id, admin: !admin, ...(admin && isApproved) },
    data: { admin, updated_at: new Date() },
  });
  return count > 0;
}

function countAdmins(db: PeopleTx): Promise<number> {
  return db.users.count({ where: { ...isApproved, admin: true } });
}

const isApproved = { state: userMoves.approve.to };
