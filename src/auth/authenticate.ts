import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import type { Action } from "../users/policy.ts";
import { type Caller, local } from "./caller.ts";
import { callerOfKey } from "./keys/by-key.ts";
import { isKey } from "./keys/key-text.ts";
import type { Listener } from "./listener.ts";
import { callerOfSession } from "./sessions.ts";
import { callerOfToken } from "./tokens/by-token.ts";
import { isWorkToken } from "./work-tokens.ts";

/** Returns who makes this call. Throws 401 for a credential that is wrong or has expired. */
export type Authenticate = (request: IncomingMessage, action: Action) => Caller | Promise<Caller>;

const ofWorkers: readonly Action[] = ["work", "tasks", "report.plain"];
/** What a call of these sends is checked by who answers it. */
const ownCredential: readonly Action[] = ["session.begin", "tasks.wake"];

type Needed = Deps<
  | "clientAddress"
  | "config"
  | "localAccess"
  | "log"
  | "people"
  | "tokenKeys"
  | "urls"
  | "userCache"
  | "workTokens"
>;

/** For calls of one port. */
export function authenticator(ctx: Needed, listener: Listener = "public"): Authenticate {
  const known = ctx.config.enableAuth ? byCredential(ctx, listener) : byConnection(ctx);
  if (listener !== "ops") return known;
  // What collects metrics has no credential: who reaches this port is trusted with them alone.
  return (request, action) =>
    action === "service.measure" ? { kind: "operator", name: "ops" } : known(request, action);
}

/** Identity is on. A credential that is wrong is refused, also where none is needed. */
function byCredential(ctx: Needed, listener: Listener): Authenticate {
  const unknown: Caller = listener === "internal" ? { kind: "internal" } : { kind: "anonymous" };
  return async (request, action) => {
    const token = bearerOf(request);
    const address = ctx.clientAddress(request);
    if (ownCredential.includes(action)) return unknown;
    if (token === undefined) {
      // Open to everybody, and the style of a page that says that the database is away.
      if (action === "service.health") return unknown;
      if (listener === "internal") return unknown;
      return at(address, (await callerOfSession(ctx, request)) ?? unknown);
    }
    if (isKey(token)) return callerOfKey(ctx, token);
    if (isWorkToken(token)) return ctx.workTokens.verify(token);
    return at(address, await callerOfToken(ctx, token));
  };
}

/** A person, at the address that the log of acts shows. */
function at(address: string | undefined, caller: Caller): Caller {
  return "by" in caller ? { ...caller, address } : caller;
}

/** Identity is off. Clients may still send tokens from before, which are ignored. */
function byConnection(ctx: Needed): Authenticate {
  const { config, localAccess, workTokens } = ctx;
  return (request, action) => {
    const token = bearerOf(request);
    if (token !== undefined && localAccess.isToken(token)) return local;
    if (token !== undefined && ofWorkers.includes(action)) return workTokens.verify(token);
    if (config.allowAnyone || action === "service.health") return local;
    return callerOfConnection(ctx, request);
  };
}

export function bearerOf({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

/** The caller of work by queue: only who has the broker's password can send there. */
export async function workerOf(
  ctx: Deps<"config" | "workTokens">,
  token: string | undefined,
): Promise<Caller> {
  return token === undefined ? callerWithoutToken(ctx) : ctx.workTokens.verify(token);
}

function callerWithoutToken({ config }: Deps<"config">): Caller {
  return config.enableAuth ? { kind: "anonymous" } : local;
}

function callerOfConnection(
  { localAccess }: Deps<"localAccess">,
  request: IncomingMessage,
): Caller | Promise<Caller> {
  const isLocal = localAccess.isLocal(request);
  return typeof isLocal === "boolean" ? callerBeing(isLocal) : isLocal.then(callerBeing);
}

function callerBeing(isLocal: boolean): Caller {
  return isLocal ? local : { kind: "outsider" };
}
