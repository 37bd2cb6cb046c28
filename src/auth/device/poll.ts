// The program asks again and again whether a person has let it have a token.
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import type { Scope } from "../caller.ts";
import { callerOfUser } from "../caller-of-user.ts";
import { userFacts } from "../facts-store.ts";
import { hashOf } from "../secret-text.ts";
import { type Refreshed, refresh } from "../tokens/refresh.ts";
import { createToken } from "../tokens/tokens.ts";
import { type DeviceRow, findByDevice, notePoll, noteUsed } from "./device-store.ts";
import { deviceMoves } from "./state.ts";

export interface GivenToken extends Refreshed {
  apiToken: string;
  scopes: readonly Scope[];
}

type Needed = Deps<"people" | "tokenKeys" | "config" | "userCache" | "clock">;

/** Between two polls, until the service says otherwise. */
export const firstWaitSeconds = 5;
const mostWaitSeconds = 60;
/** Timers and lines are not exact. */
const toleranceMilliseconds = 500;

export interface Poll {
  deviceCode: string;
  /** what the program calls itself */
  client: string;
  /** where it calls from; undefined of a connection that has closed */
  address: string | undefined;
}

/** Throws 400 with a code of RFC 8628 as long as there is no token, or where there will be none. */
export async function pollDevice(
  ctx: Needed,
  { deviceCode, client, address }: Poll,
): Promise<GivenToken> {
  const hash = hashOf(deviceCode);
  const now = ctx.clock.now();
  const row = await ctx.people.write(async (db) => {
    const found = await findByDevice(db, hash);
    if (found) await notePoll(db, hash, { at: now, waitSeconds: nextWait(found, now) });
    return found;
  });
  if (!row || row.client !== client || row.state === deviceMoves.use.to) throw unknownCode();
  if (row.expiresAt <= now)
    throw refusal("expired_token", "Nobody has approved it in time: begin again.");
  if (row.state === deviceMoves.deny.to)
    throw refusal("access_denied", "The person has refused it.");
  if (row.state !== deviceMoves.approve.to)
    throw isEarly(row, now)
      ? refusal("slow_down", `Wait ${nextWait(row, now)} seconds between two calls.`)
      : refusal("authorization_pending", "Nobody has approved it yet.");
  return give(ctx, row, { hash, address });
}

function nextWait(row: DeviceRow, now: Date): number {
  const { waitSeconds } = row;
  return isEarly(row, now)
    ? Math.min(waitSeconds + firstWaitSeconds, mostWaitSeconds)
    : waitSeconds;
}

function isEarly({ polledAt, waitSeconds }: DeviceRow, now: Date): boolean {
  if (polledAt === undefined) return false;
  return now.getTime() - polledAt.getTime() < waitSeconds * 1_000 - toleranceMilliseconds;
}

/** What the person may do is asked again: their account may have changed meanwhile. */
async function give(
  ctx: Needed,
  { client, scopes, user }: DeviceRow,
  { hash, address }: { hash: Buffer; address: string | undefined },
): Promise<GivenToken> {
  const facts = await ctx.people.read((db) => userFacts(db, user ?? ""));
  const caller = callerOfUser(facts, { by: "session", address });
  const time = ctx.clock.now().toISOString().slice(0, 19).replace("T", " ");
  const { secret, token } = await createToken(ctx, caller, {
    name: `${client}, ${time} UTC`,
    scopes,
    madeBy: "device",
    first: async (db) => {
      if (!(await noteUsed(db, hash))) throw unknownCode();
    },
  });
  return { ...(await refresh(ctx, secret)), apiToken: secret, scopes: token.scopes };
}

function unknownCode(): RequestError {
  return refusal("invalid_grant", "This device code is not known, or was used already.");
}

function refusal(code: string, sentence: string): RequestError {
  return new RequestError(400, code, sentence);
}
