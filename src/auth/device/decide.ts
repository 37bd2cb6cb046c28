// A person who is signed in reads what a program with a code asks for, and lets it have that or
// not.
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { recordAct } from "../../users/acts.ts";
import { assertMay } from "../../users/policy.ts";
import { type Caller, ownerOf, type Scope } from "../caller.ts";
import { hashOf } from "../secret-text.ts";
import { readUserCode, shownUserCode } from "./codes.ts";
import { type DeviceRow, decideDevice, findByUserCode } from "./device-store.ts";
import { deviceMoves } from "./state.ts";

export interface AskingDevice extends Pick<DeviceRow, "client" | "address" | "createdAt"> {
  /** as the program shows it */
  code: string;
  /** what it would get: an administrator alone can give what administrators may */
  scopes: Scope[];
  /** what it asks for and would not get */
  refused: Scope[];
}

type Needed = Deps<"people" | "clock" | "deviceTries">;

/** Throws 404 for a code that there is not, and 429 after too many of them. */
export async function readDevice(
  ctx: Needed,
  caller: Caller,
  typed: string,
): Promise<AskingDevice> {
  const person = personOf(caller);
  await ctx.deviceTries.assertLeft(person);
  const code = readUserCode(typed);
  const row = code && (await ctx.people.read((db) => findByUserCode(db, hashOf(code))));
  const waits = row && row.state === deviceMoves.begin.to && row.expiresAt > ctx.clock.now();
  if (!waits) {
    await ctx.deviceTries.wrong(person);
    throw noCode();
  }
  const { client, address, createdAt } = row;
  const may = (scope: Scope) => scope !== "admin" || caller.kind === "admin";
  return {
    client,
    address,
    createdAt,
    code: shownUserCode(code),
    scopes: row.scopes.filter(may),
    refused: row.scopes.filter((scope) => !may(scope)),
  };
}

export async function answerDevice(
  ctx: Needed,
  caller: Caller,
  typed: string,
  move: "approve" | "deny",
): Promise<void> {
  const { scopes, code, client, address } = await readDevice(ctx, caller, typed);
  if (move === "approve" && scopes.length === 0)
    throw new RequestError(
      403,
      "forbidden",
      "The program asks for what administrators may do, and you are none.",
    );
  const hash = hashOf(readUserCode(code) ?? "");
  const user = personOf(caller);
  const detail = { name: client, program_address: address, scopes };
  const happened = await ctx.people.write(async (db) => {
    const decided = await decideDevice(db, hash, { move, user, scopes });
    if (decided) await recordAct(db, caller, { act: `device.${move}`, subject: user, detail });
    return decided;
  });
  if (!happened) throw noCode();
}

/** Who has a token only must not make one that outlives it. */
function personOf(caller: Caller): string {
  assertMay(caller, "device.approve");
  if (!("by" in caller) || caller.by !== "session")
    throw new RequestError(
      403,
      "forbidden",
      "Only a person who is signed in on the website can let a program have a token.",
    );
  return ownerOf(caller) ?? "";
}

function noCode(): RequestError {
  return new RequestError(
    404,
    "no_code",
    "No program waits with this code: it is mistyped, used, or older than ten minutes.",
  );
}
