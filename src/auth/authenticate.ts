import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import type { Action } from "../users/policy.ts";
import { type Caller, local } from "./caller.ts";

/** Returns who makes this call. Throws 401 for a credential that is wrong or has expired. */
export type Authenticate = (request: IncomingMessage, action: Action) => Caller | Promise<Caller>;

const ofWorkers: readonly Action[] = ["work", "tasks"];

export function authenticator(ctx: Deps<"config" | "workTokens" | "localAccess">): Authenticate {
  const { config, localAccess, workTokens } = ctx;
  return (request, action) => {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token !== undefined && !config.enableAuth && localAccess.isToken(token)) return local;
    // With identity off, clients may still send tokens from before. They are ignored.
    if (token !== undefined && ofWorkers.includes(action)) return workTokens.verify(token);
    if (config.enableAuth || config.allowAnyone || action === "service.health")
      return callerWithoutToken(ctx);
    return callerOfConnection(ctx, request);
  };
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
