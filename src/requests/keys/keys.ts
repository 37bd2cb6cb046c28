// Which keys of a request's objects are valid now. A write key ends when the request ends. A read
// key ends when the request is deleted, its results expire, or its owner may not read it any more.
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { noteAdmin } from "../../users/acts.ts";
import { mayOn } from "../../users/policy.ts";
import { isSuspended } from "../../users/suspended.ts";
import { readRequest } from "../read/request.ts";
import { isFinal } from "../state.ts";
import { type KeysRow, keysRow, raiseGenerations } from "./keys-store.ts";

export const keyKinds = ["read", "write"] as const;
export type KeyKind = (typeof keyKinds)[number];
export type KeyProblem = "deleted" | "ended" | "expired" | "suspended" | "revoked";

export interface UsedKey {
  request: string;
  kind: KeyKind;
  /** of an S3 key; a signed URL has none */
  generation?: number;
}

/** Undefined if the key is valid now. */
export async function keyProblem(
  ctx: Deps<"db">,
  { request, kind, generation }: UsedKey,
): Promise<KeyProblem | undefined> {
  const row = await keysRow(ctx.db.query, request);
  if (!row) return "deleted";
  if (generation !== undefined && generation !== generationIn(row, kind)) return "revoked";
  if (kind === "write") return isFinal(row.state) ? "ended" : undefined;
  if (row.expired) return "expired";
  const owner = await callerOfOwner(ctx, row);
  return mayOn(owner, "request.read", { id: request, ...row }) ? undefined : "suspended";
}

/** A read key is as good as a key of the owner's would be. */
async function callerOfOwner(ctx: Deps<"db">, { owner }: KeysRow): Promise<Caller> {
  const isOut = await isSuspended(ctx, owner);
  return isOut
    ? { kind: "unapproved", owner, state: "suspended", by: "token" }
    : { kind: "key", owner };
}

/** The generation that new keys get. */
export async function keyGeneration(
  { db }: Deps<"db">,
  request: string,
  kind: KeyKind,
): Promise<number> {
  const row = await keysRow(db.query, request);
  return row ? generationIn(row, kind) : 0;
}

/** Revokes all current keys of these kinds; keys made later are valid. */
export async function revokeKeys(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
  kinds: readonly KeyKind[],
): Promise<void> {
  const request = await readRequest(ctx, id, caller, "request.change");
  const act = { act: "request.revoke_keys", subject: request.id } as const;
  await ctx.db.tx(async (query) => {
    await raiseGenerations(query, request.id, kinds);
    await noteAdmin(query, caller, act, request.owner);
  });
}

function generationIn(row: KeysRow, kind: KeyKind): number {
  return kind === "read" ? row.read_generation : row.write_generation;
}
