// Who may call what. Identity, once it is on, is asked here and nowhere else in this façade.

import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";

/** `anyone`: no sign-in ever; `user`: somebody approved; `worker`: finders and transformers, which carry no identity of their own. */
export type Access = "anyone" | "user" | "worker";

export interface Caller {
  /** whose requests these are */
  owner: string;
}

/** While identity is off, everything belongs to the one person at this machine. */
const local: Caller = { owner: "local" };

export function admit(ctx: Deps<"config">, access: Access): Caller {
  if (ctx.config.enableAuth && access !== "anyone")
    throw new RequestError(401, "unauthorized", "Missing Authorization Header");
  return local;
}
