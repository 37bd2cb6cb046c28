// API tokens of people: made, listed, replaced and revoked. The token itself is in the answer that
// makes it, and nowhere else: its hash is kept.
import { randomUUID } from "node:crypto";
import type { PeopleWork } from "../../db/people.ts";
import { brokenIndex } from "../../db/people-error.ts";
import type { Deps } from "../../deps.ts";
import { notFound, RequestError } from "../../errors.ts";
import { type Actor, recordAct } from "../../users/acts.ts";
import { type Action, assertMay, decide } from "../../users/policy.ts";
import { isUuid } from "../../uuid.ts";
import { scopes as allScopes, type Caller, hasScope, ownerOf, type Scope } from "../caller.ts";
import { hashOf } from "../secret-text.ts";
import {
  addToken,
  countTokens,
  findToken,
  listTokenRows,
  type MadeBy,
  revoke,
  type TokenRow,
} from "./token-store.ts";

export type { MadeBy, TokenRow } from "./token-store.ts";

type Needed = Deps<"people" | "tokenKeys" | "config" | "userCache">;

export interface WantedToken {
  name: string;
  scopes: readonly Scope[];
  /** default: as long as the facility lets them be good */
  days?: number | undefined;
  madeBy: MadeBy;
  /** default: the caller */
  by?: Actor;
  /** done before it in the same transaction; what it throws, ends both */
  first?: (...work: Parameters<PeopleWork>) => Promise<void>;
}

export interface MadeToken {
  token: TokenRow;
  /** shown once */
  secret: string;
}

const mostTokens = 100;
const dayMilliseconds = 86_400_000;

export async function createToken(
  ctx: Needed,
  caller: Caller,
  wanted: WantedToken,
): Promise<MadeToken> {
  assertMay(caller, "token.change");
  const owner = personOf(caller);
  const scopes = allScopes.filter((scope) => wanted.scopes.includes(scope));
  refuseScopes(caller, scopes);
  const milliseconds = wanted.days === undefined ? undefined : wanted.days * dayMilliseconds;
  const expiresAt = await endOf(ctx, caller, milliseconds);
  const { name, madeBy, by = caller, first } = wanted;
  const made = { owner, name, scopes, madeBy, expiresAt };
  return make(ctx, by, made, { act: "token.create", first });
}

/** Tokens of one person that are not revoked. */
export async function listTokens(
  ctx: Deps<"people">,
  caller: Caller,
  owner = personOf(caller),
): Promise<TokenRow[]> {
  assertMay(caller, "token.read");
  refuseForeign(caller, "token.read", owner, "user", owner);
  return ctx.people.read((db) => listTokenRows(db, owner));
}

/** One that is not revoked. */
export async function readToken(
  ctx: Deps<"people">,
  caller: Caller,
  id: string,
): Promise<TokenRow> {
  const row = await found(ctx, caller, "token.read", id);
  if (row.revokedAt) throw notFound("token", id);
  return row;
}

/** The same name, scopes and time for a new token; the old one ends now. */
export async function replaceToken(ctx: Needed, caller: Caller, id: string): Promise<MadeToken> {
  const old = await found(ctx, caller, "token.change", id);
  // Only its owner may hold the new one.
  if (old.owner !== ownerOf(caller)) throw notFound("token", id);
  if (old.revokedAt) throw new RequestError(409, "revoked", "The token is revoked: make another.");
  refuseScopes(caller, old.scopes);
  const { createdAt, owner, name, scopes, madeBy } = old;
  const lasted = old.expiresAt && old.expiresAt.getTime() - createdAt.getTime();
  const expiresAt = await endOf(ctx, caller, lasted);
  const made = { owner, name, scopes, madeBy, expiresAt };
  return make(ctx, caller, made, { act: "token.replace", replaced: id });
}

export async function revokeToken(ctx: Needed, caller: Caller, id: string): Promise<void> {
  const { owner, name } = await found(ctx, caller, "token.change", id);
  await ctx.people.write(async (db) => {
    if (!(await revoke(db, id, personOf(caller)))) return;
    await recordAct(db, caller, { act: "token.revoke", subject: id, detail: { owner, name } });
  });
  ctx.people.changed(owner);
}

async function found(
  { people }: Deps<"people">,
  caller: Caller,
  action: "token.read" | "token.change",
  id: string,
): Promise<TokenRow> {
  assertMay(caller, action);
  const row = isUuid(id) ? await people.read((db) => findToken(db, id)) : undefined;
  if (!row) throw notFound("token", id);
  refuseForeign(caller, action, row.owner, "token", id);
  return row;
}

type Made = Pick<TokenRow, "owner" | "name" | "scopes" | "madeBy" | "expiresAt">;

interface Making {
  act: "token.create" | "token.replace";
  /** the id of the token that ends */
  replaced?: string;
  first?: WantedToken["first"];
}

async function make(
  ctx: Needed,
  by: Actor,
  made: Made,
  { act, replaced, first }: Making,
): Promise<MadeToken> {
  const { owner, name, scopes, expiresAt } = made;
  const id = randomUUID();
  const exp = expiresAt && Math.floor(expiresAt.getTime() / 1_000);
  const secret = await ctx.tokenKeys.sign("refresh", { sub: owner, jti: id, scopes, exp });
  const token = await ctx.people
    .write(async (db) => {
      await first?.(db);
      const others = await countTokens(db, owner);
      if (replaced !== undefined) {
        if (!(await revoke(db, replaced, owner))) throw notFound("token", replaced);
      } else if (others >= mostTokens) throw tooMany();
      const keyId = ctx.tokenKeys.keyId;
      await addToken(db, { ...made, id, hash: hashOf(secret), keyId });
      const detail = { owner, name, scopes, ...(replaced !== undefined && { replaced }) };
      await recordAct(db, by, { act, subject: id, detail });
      return findToken(db, id);
    })
    .catch((error: unknown) => {
      throw brokenIndex(error) === undefined ? error : nameTaken(name);
    });
  if (!token) throw notFound("token", id);
  ctx.people.changed(owner);
  return { token, secret };
}

/** A token makes none that may do more than itself. */
function refuseScopes(caller: Caller, wanted: readonly Scope[]): void {
  const held = "scopes" in caller ? caller.scopes : undefined;
  const beyond = wanted.find((scope) => !hasScope(held, scope));
  if (beyond !== undefined)
    throw new RequestError(
      403,
      "outside_scope",
      `The calling token has not the scope ${beyond}, so it can make none that has it.`,
    );
  if (wanted.includes("admin") && caller.kind !== "admin")
    throw new RequestError(
      403,
      "outside_scope",
      "Only an administrator can make a token with the scope admin.",
    );
}

/** Nor does it make one that lasts longer; and none lasts longer than the facility allows. */
async function endOf(
  { config, userCache }: Pick<Needed, "config" | "userCache">,
  caller: Caller,
  milliseconds: number | undefined,
): Promise<Date | undefined> {
  const most = config.identity?.tokenSeconds;
  if (most !== undefined && (milliseconds ?? 0) > most * 1_000)
    throw new RequestError(
      422,
      "too_long",
      `API tokens of this service are good for ${most / 86_400} days at most.`,
    );
  const lasts = milliseconds ?? (most === undefined ? undefined : most * 1_000);
  const end = lasts === undefined ? undefined : new Date(Date.now() + lasts);
  const calling =
    "token" in caller && caller.token ? await userCache.token(caller.token) : undefined;
  const limit = calling?.expiresAt;
  return limit && (end === undefined || end > limit) ? limit : end;
}

function personOf(caller: Caller): string {
  const owner = ownerOf(caller);
  if (owner === undefined)
    throw new RequestError(403, "forbidden", `The caller (${caller.kind}) is no person.`);
  return owner;
}

function refuseForeign(
  caller: Caller,
  action: Action,
  owner: string,
  what: string,
  id: string,
): void {
  const whose = ownerOf(caller) === owner ? "own" : "foreign";
  if (decide(caller, action, whose) !== "allowed") throw notFound(what, id);
}

function tooMany(): RequestError {
  return new RequestError(
    409,
    "too_many_tokens",
    `A person may have ${mostTokens} API tokens: revoke one that is no longer needed.`,
  );
}

function nameTaken(name: string): RequestError {
  return new RequestError(
    409,
    "name_taken",
    `There is a token ${JSON.stringify(name)} already: replace or revoke it, or choose another ` +
      "name.",
  );
}
