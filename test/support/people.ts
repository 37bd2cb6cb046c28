// People with real rows and real tokens.
import { randomUUID } from "node:crypto";
import type { Scope } from "../../src/auth/caller.ts";
import { cookieOf } from "../../src/auth/cookies.ts";
import { addSession } from "../../src/auth/session-store.ts";
import { newSession } from "../../src/auth/sessions.ts";
import { refresh } from "../../src/auth/tokens/refresh.ts";
import { createToken } from "../../src/auth/tokens/tokens.ts";
import type { Context } from "../../src/deps.ts";
import type { UserState } from "../../src/users/state.ts";
import type { Api } from "./api.ts";
import { noteSecret } from "./leaks/heard.ts";

/** Settings of a provider at which nobody signs in. */
export const providerEnv = {
  OIDC_ISSUER: "https://provider.example",
  OIDC_CLIENT_ID: "client",
  OIDC_CLIENT_SECRET: "a-secret-of-a-client",
};

export interface Person {
  id: string;
  /** the id of the API token */
  token: string;
  apiToken: string;
  accessToken: string;
}

export interface PersonOptions {
  state?: Exclude<UserState, "deleted">;
  admin?: boolean;
  scopes?: Scope[];
  days?: number;
}

export async function addPerson(ctx: Context, options: PersonOptions = {}): Promise<Person> {
  const { state = "approved", admin = false } = options;
  const id = randomUUID();
  await ctx.people.write((db) => db.users.create({ data: { id, state, admin, name: "A person" } }));
  return { id, ...(await addToken(ctx, id, options)) };
}

/** Another token of the same person. */
export async function addToken(
  ctx: Context,
  owner: string,
  { admin = false, scopes = ["read", "submit"], days }: PersonOptions = {},
): Promise<Omit<Person, "id">> {
  const caller = { kind: admin ? "admin" : "user", owner, by: "session" } as const;
  const wanted = { name: randomUUID(), scopes, days, madeBy: "page" } as const;
  const { token, secret } = await createToken(ctx, caller, wanted);
  const { accessToken } = await refresh(ctx, secret);
  for (const one of [secret, accessToken]) noteSecret("a token", one.split(".")[2]);
  return { token: token.id, apiToken: secret, accessToken };
}

/** A key made by an administrator, of what the call of the API takes; its name is its own. */
export async function addKey(
  { post }: Pick<Api, "post">,
  by: Person,
  wanted: { owner: string; facade?: string; roots?: string[]; most_files?: number },
): Promise<{ secret: string; id: string }> {
  const body = { kind: "key", name: `key ${randomUUID()}`, ...wanted };
  const made = await post("/v1/access-keys", body, bearer(by.accessToken));
  const { secret, key } = made.json() as { secret: string; key: { id: string } };
  return { secret, id: key.id };
}

/** What a browser in which this person is signed in sends with a call of our own page. */
export async function browserOf(ctx: Context, user: string): Promise<Record<string, string>> {
  const who = { user, issuer: providerEnv.OIDC_ISSUER, subject: user };
  const { cookie, session } = newSession(ctx, who);
  await ctx.people.write((db) => addSession(db, session));
  noteSecret("the cookie of a session", cookie);
  return {
    cookie: `${cookieOf(ctx, "session").name}=${cookie}`,
    origin: new URL(ctx.urls.public()).origin,
  };
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
