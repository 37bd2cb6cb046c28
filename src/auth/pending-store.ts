// Sign-ins under way at the provider: one for each tab of a browser, and each used once.
import type { PeopleTx } from "../db/people.ts";

export interface Pending {
  nonce: string;
  verifier: string;
  returnTo: string;
}

export interface NewPending extends Pending {
  stateHash: Buffer;
  browserHash: Buffer;
  now: Date;
  expiresAt: Date;
}

/** Those that nobody has finished are removed. */
export async function addPending(db: PeopleTx, pending: NewPending): Promise<void> {
  const { stateHash, browserHash, nonce, verifier, returnTo, now, expiresAt } = pending;
  await db.sign_ins.deleteMany({ where: { expires_at: { lt: now } } });
  await db.sign_ins.create({
    data: {
      state_hash: new Uint8Array(stateHash),
      browser_hash: new Uint8Array(browserHash),
      nonce,
      verifier,
      return_to: returnTo,
      expires_at: expiresAt,
    },
  });
}

/** Of two at once one gets it, whose delete counts the row; another browser does not end it. */
export async function takePending(
  db: PeopleTx,
  { stateHash, browserHash, now }: Pick<NewPending, "stateHash" | "browserHash" | "now">,
): Promise<Pending | undefined> {
  const where = {
    state_hash: new Uint8Array(stateHash),
    browser_hash: new Uint8Array(browserHash),
    expires_at: { gt: now },
  };
  const row = await db.sign_ins.findFirst({ where });
  const { count } = await db.sign_ins.deleteMany({ where });
  if (!row || count === 0) return undefined;
  return { nonce: row.nonce, verifier: row.verifier, returnTo: row.return_to };
}
