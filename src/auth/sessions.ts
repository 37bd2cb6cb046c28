// A session is a random cookie in a browser and a row here. It ends when it is not used, at the
// latest after a week, at sign-out, and with a move that shuts its person out.
import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import type { Caller } from "./caller.ts";
import { callerOfUser } from "./caller-of-user.ts";
import { cookieOf, cookiesOf } from "./cookies.ts";
import { requireOwnOrigin } from "./csrf.ts";
import { hashOf, newSecret } from "./secret-text.ts";
import {
  extendSession,
  type NewSession,
  removeSession,
  type SessionFacts,
} from "./session-store.ts";

const mostDays = 7;
const dayMilliseconds = 86_400_000;
const hourMilliseconds = 3_600_000;
const extendAfterMilliseconds = 60_000;

type Needed = Deps<"config" | "people" | "userCache" | "urls">;

/** Undefined without a session, and with one that has ended: nobody is signed in then. */
export async function callerOfSession(
  ctx: Needed,
  request: Pick<IncomingMessage, "headers" | "method">,
): Promise<Caller | undefined> {
  const id = sessionIn(ctx, request);
  const session = id === undefined ? undefined : await ctx.userCache.session(id);
  const now = Date.now();
  if (!session || session.expiresAt.getTime() <= now) return undefined;
  const user = await ctx.userCache.user(session.user);
  if (!user || user.state === "deleted") return undefined;
  requireOwnOrigin(request, ctx.urls.public());
  if (now - session.seenAt.getTime() > extendAfterMilliseconds) await extend(ctx, session, now);
  return callerOfUser(user, { by: "session", session: session.id });
}

/** Its id, whether it lives or not. */
export function sessionIn(
  ctx: Deps<"urls">,
  { headers }: Pick<IncomingMessage, "headers">,
): string | undefined {
  const [cookie] = cookiesOf(headers.cookie, cookieOf(ctx, "session").name);
  return cookie === undefined ? undefined : idOf(cookie);
}

/** A session that is not in the database yet, and its cookie. */
export function newSession(
  ctx: Deps<"config">,
  who: Pick<NewSession, "user" | "issuer" | "subject">,
): { cookie: string; session: NewSession } {
  const cookie = newSecret();
  const now = Date.now();
  const expiresAt = endOf(ctx, now, now);
  return { cookie, session: { ...who, id: idOf(cookie), now: new Date(now), expiresAt } };
}

export async function endSession(
  { people }: Deps<"people">,
  { session, owner }: { session: string; owner: string },
): Promise<void> {
  await people.write((db) => removeSession(db, session));
  people.changed(owner);
}

async function extend(ctx: Needed, { id, createdAt }: SessionFacts, now: number): Promise<void> {
  const expiresAt = endOf(ctx, createdAt.getTime(), now);
  await ctx.people.write((db) => extendSession(db, id, { now: new Date(now), expiresAt }));
}

function endOf({ config }: Deps<"config">, created: number, used: number): Date {
  const idle = used + (config.identity?.sessionHours ?? 0) * hourMilliseconds;
  return new Date(Math.min(idle, created + mostDays * dayMilliseconds));
}

function idOf(cookie: string): string {
  return hashOf(cookie).toString("hex");
}
