// Keys of callers that are no people: of a program that works as somebody, and of other services.
import { brokenIndex } from "../../db/people-error.ts";
import type { Deps } from "../../deps.ts";
import { notFound, RequestError } from "../../errors.ts";
import { recordAct } from "../../users/acts.ts";
import { assertMay } from "../../users/policy.ts";
import { type Caller, ownerOf } from "../caller.ts";
import { hashOf } from "../secret-text.ts";
import {
  type AccessKind,
  addKey,
  endKey,
  type FacadeLimits,
  findKey,
  type KeyRow,
  listKeyRows,
} from "./key-store.ts";
import { newKey } from "./key-text.ts";

export { accessKinds, type KeyRow } from "./key-store.ts";

export interface WantedKey {
  kind: AccessKind;
  name: string;
  /** of a `key` alone: the id of the person whose things it reaches */
  owner?: string | undefined;
  days?: number | undefined;
  /** the façade that it is for alone */
  facade?: KeyFacade | undefined;
  /** of a façade: folders; undefined: all that the façade has */
  roots?: string[] | undefined;
  /** of a façade: files at once; undefined: any number */
  mostFiles?: number | undefined;
}

/** Façades that have keys of their own. */
export const keyFacades = ["tape", "tape-rest"] as const;
export type KeyFacade = (typeof keyFacades)[number];

const dayMilliseconds = 86_400_000;

/** The key itself is in this answer and nowhere else: its hash is kept. */
export async function createKey(
  ctx: Deps<"people" | "userCache">,
  caller: Caller,
  { kind, name, owner, days, facade, roots = [], mostFiles }: WantedKey,
): Promise<{ key: KeyRow; secret: string }> {
  assertMay(caller, "key.change");
  await refuseOwner(ctx, kind, owner);
  refuseLimits(kind, { facade, roots, mostFiles });
  const { id, text } = newKey();
  const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * dayMilliseconds);
  const createdBy = ownerOf(caller) ?? caller.kind;
  const key = await ctx.people
    .write(async (db) => {
      const row = { id, kind, name, owner, createdBy, expiresAt, facade, roots, mostFiles };
      await addKey(db, row, hashOf(text));
      const limits = facade && { facade, roots, most_files: mostFiles ?? null };
      const detail = { kind, name, owner: owner ?? null, ...limits };
      await recordAct(db, caller, { act: "key.create", subject: id, detail });
      return findKey(db, id);
    })
    .catch((error: unknown) => {
      throw brokenIndex(error) === "access_keys_name_key" ? nameTaken(name) : error;
    });
  if (!key) throw notFound("key", id);
  return { key, secret: text };
}

/** Those that are not revoked, oldest first. */
export async function listKeys({ people }: Deps<"people">, caller: Caller): Promise<KeyRow[]> {
  assertMay(caller, "key.read");
  return people.read(listKeyRows);
}

export async function revokeKey(ctx: Deps<"people">, caller: Caller, id: string): Promise<void> {
  assertMay(caller, "key.change");
  const key = await ctx.people.read((db) => findKey(db, id));
  if (!key) throw notFound("key", id);
  const { kind, name, owner } = key;
  await ctx.people.write(async (db) => {
    if (!(await endKey(db, id))) return;
    const detail = { kind, name, owner: owner ?? null };
    await recordAct(db, caller, { act: "key.revoke", subject: id, detail });
  });
  ctx.people.changed(id);
}

async function refuseOwner(
  { userCache }: Deps<"userCache">,
  kind: AccessKind,
  owner: string | undefined,
): Promise<void> {
  if ((kind === "key") !== (owner !== undefined))
    throw new RequestError(
      422,
      "bad_owner",
      kind === "key"
        ? '"owner" is missing: a key works for a person, whose id it needs.'
        : '"owner" is not possible: a peer is another service, and works for nobody.',
    );
  if (owner !== undefined && (await userCache.user(owner))?.state !== "approved")
    throw new RequestError(
      422,
      "bad_owner",
      `There is no approved person ${JSON.stringify(owner)}: a key needs the id of one.`,
    );
}

/** Limits are those of a façade, whose keys work for a person. */
function refuseLimits(kind: AccessKind, { facade, roots, mostFiles }: FacadeLimits): void {
  if (facade !== undefined && kind !== "key")
    throw new RequestError(422, "bad_facade", '"facade" is for keys of kind "key" alone.');
  if (facade === undefined && (roots.length > 0 || mostFiles !== undefined))
    throw new RequestError(422, "bad_facade", '"roots" and "most_files" need a "facade".');
}

function nameTaken(name: string): RequestError {
  return new RequestError(
    409,
    "name_taken",
    `There is, or was, a key ${JSON.stringify(name)}: choose another name, which the log of acts ` +
      "can tell apart.",
  );
}
