// Who looks at a page.
import { type Caller, sessionOf } from "../auth/caller.ts";
import { csrfOf } from "../auth/csrf.ts";
import type { Context, Deps } from "../deps.ts";

export type Visitor =
  | { kind: "nobody" }
  | { kind: "person"; name: string; csrf: string; isAdmin: boolean };

/**
 * What pages are made with. `visitor` is undefined with identity off, for programs, and where it is
 * not known who asks, as on pages of errors.
 */
export type PageContext = Context & { visitor?: Visitor | undefined };

export async function visitorOf(
  ctx: Deps<"config" | "userCache" | "signingKey">,
  caller: Caller,
): Promise<Visitor | undefined> {
  if (!ctx.config.identity) return undefined;
  if (caller.kind === "anonymous") return { kind: "nobody" };
  const session = sessionOf(caller);
  if (session === undefined || !("owner" in caller)) return undefined;
  const user = await ctx.userCache.user(caller.owner);
  return {
    kind: "person",
    name: user?.name ?? "No name",
    csrf: csrfOf(ctx, session),
    isAdmin: caller.kind === "admin",
  };
}
