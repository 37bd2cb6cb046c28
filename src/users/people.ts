// People as administrators see them.
import type { Caller } from "../auth/caller.ts";
import { type NumberPage, numberBefore, numberPage } from "../cursor.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import {
  findByEmail,
  findByNumber,
  findPerson,
  type PersonRow,
  personRows,
} from "./people-store.ts";
import { assertMay } from "./policy.ts";
import { type UserState, userMoves } from "./state.ts";

export type { PersonRow } from "./people-store.ts";

/** The newest first. Without `state`: all that are not deleted. */
export async function listPeople(
  { people }: Deps<"people">,
  caller: Caller,
  wanted: { state?: UserState | undefined; cursor?: string | undefined; limit: number },
): Promise<NumberPage<PersonRow>> {
  assertMay(caller, "user.read");
  const { state, cursor, limit } = wanted;
  const place = { ...numberBefore(cursor), limit: limit + 1 };
  const rows = await people.read((db) => personRows(db, { state, ...place }));
  return numberPage(rows, limit, ({ number }) => number);
}

export async function readPerson(
  { people }: Deps<"people">,
  caller: Caller,
  id: string,
): Promise<PersonRow> {
  assertMay(caller, "user.read");
  return found(id, await people.read((db) => findPerson(db, id)));
}

/** `number`: as somebody wrote it. */
export async function personByNumber(
  { people }: Deps<"people">,
  caller: Caller,
  number: string,
): Promise<PersonRow> {
  assertMay(caller, "user.read");
  const wanted = /^[1-9]\d{0,14}$/.test(number) ? Number(number) : 0;
  return found(number, await people.read((db) => findByNumber(db, wanted)));
}

/**
 * The id behind a number; undefined where no account that is there has it. It tells no more than
 * that: what may be known of the account is for what is asked by the id.
 */
export async function personIdOf(
  { people }: Deps<"people">,
  number: number,
): Promise<string | undefined> {
  return (await people.read((db) => findByNumber(db, number)))?.id;
}

/** Throws 409 where several have it: nobody is approved for somebody else's sake. */
export async function personByEmail(
  { people }: Deps<"people">,
  caller: Caller,
  email: string,
): Promise<PersonRow> {
  assertMay(caller, "user.read");
  const [person, other] = await people.read((db) => findByEmail(db, email));
  if (other)
    throw new RequestError(
      409,
      "several_accounts",
      "Several accounts have this address: name the one that you mean by its id, at /v1/users.",
    );
  return found(email, person);
}

/** By the number, the address or the id that somebody typed. Throws a 422 for a form. */
export async function personCalled(
  ctx: Deps<"people">,
  caller: Caller,
  typed: string,
): Promise<PersonRow> {
  const word = typed.trim();
  const by = word.includes("@") ? personByEmail : /^\d+$/.test(word) ? personByNumber : readPerson;
  const person = await by(ctx, caller, word).catch((error: unknown) => {
    if (error instanceof RequestError && error.code === "not_found") return undefined;
    throw error;
  });
  if (person && person.state !== userMoves.remove.to) return person;
  throw new RequestError(
    422,
    "no_such_account",
    `There is no account ${JSON.stringify(word)}: write its number, its email address or its id.`,
  );
}

function found(id: string, person: PersonRow | undefined): PersonRow {
  if (!person) throw notFound("account", id);
  return person;
}
