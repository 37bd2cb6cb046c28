import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import type { Action } from "../users/policy.ts";
import { type Caller, local } from "./caller.ts";

/** Returns who makes this call. Throws 401 for a credential that is wrong or has expired. */
export type Authenticate = (request: IncomingMessage, action: Action) => Caller | Promise<Caller>;

export function authenticator(ctx: Deps<"config" | "workTokens">): Authenticate {
  return ({ headers }, action) => {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
    // With identity off, clients may still send tokens from before. They are ignored.
    return action === "work" ? workerOf(ctx, token) : callerWithoutToken(ctx);
  };
}

/** The caller of work, over HTTP and by queue alike. */
export async function workerOf(
  ctx: Deps<"config" | "workTokens">,
  token: string | undefined,
): Promise<Caller> {
  return token === undefined ? callerWithoutToken(ctx) : ctx.workTokens.verify(token);
}

function callerWithoutToken({ config }: Deps<"config">): Caller {
  return config.enableAuth ? { kind: "anonymous" } : local;
}
