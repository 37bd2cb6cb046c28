// A program without a browser asks for a token, and shows a code that a person types elsewhere.
import { brokenIndex } from "../../db/people-error.ts";
import type { Deps } from "../../deps.ts";
import { TooManyError } from "../../errors.ts";
import type { Scope } from "../caller.ts";
import { hashOf, newSecret } from "../secret-text.ts";
import { newUserCode, shownUserCode } from "./codes.ts";
import { addDevice, countDevices, removeExpired } from "./device-store.ts";

export interface BegunDevice {
  /** for the program, which asks with it whether it has a token */
  deviceCode: string;
  /** for the person */
  userCode: string;
  expiresInSeconds: number;
}

const lastsSeconds = 600;
/** Several programs behind one proxy have one address. */
const mostOfAddress = 100;
const mostOfAll = 10_000;
const mostTries = 5;

export async function beginDevice(
  ctx: Deps<"people" | "clock">,
  wanted: { client: string; scopes: Scope[]; address: string },
): Promise<BegunDevice> {
  const createdAt = ctx.clock.now();
  const expiresAt = new Date(createdAt.getTime() + lastsSeconds * 1_000);
  const deviceCode = newSecret();
  for (let tries = 1; ; tries += 1) {
    const userCode = newUserCode();
    const hashes = { deviceHash: hashOf(deviceCode), userCodeHash: hashOf(userCode) };
    try {
      await ctx.people.write(async (db) => {
        await removeExpired(db, createdAt);
        const { own, all } = await countDevices(db, wanted.address);
        if (own >= mostOfAddress || all >= mostOfAll) throw tooMany();
        await addDevice(db, { ...wanted, ...hashes, createdAt, expiresAt });
      });
      return { deviceCode, userCode: shownUserCode(userCode), expiresInSeconds: lastsSeconds };
    } catch (error) {
      if (brokenIndex(error) === undefined || tries === mostTries) throw error;
    }
  }
}

function tooMany(): TooManyError {
  return new TooManyError(
    "temporarily_unavailable",
    `At most ${mostOfAddress} programs of one address wait for a person at the same time: try ` +
      "again in some minutes.",
  );
}
