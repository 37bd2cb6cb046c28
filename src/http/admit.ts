import type { IncomingMessage } from "node:http";
import type { Authenticate } from "../auth/authenticate.ts";
import type { Caller } from "../auth/caller.ts";
import { type Action, assertMay } from "../users/policy.ts";

/** Returns the caller if it may do this to anything at all; use cases check whose thing it is. */
export type Admit = (request: IncomingMessage, action: Action) => Promise<Caller>;

export function makeAdmit(authenticate: Authenticate): Admit {
  return async (request, action) => {
    const caller = await authenticate(request, action);
    assertMay(caller, action);
    return caller;
  };
}
