import type { IncomingMessage } from "node:http";
import type { Authenticate } from "../auth/authenticate.ts";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { type Action, assertMay } from "../users/policy.ts";

/** Returns the caller if it may do this to anything at all; use cases check whose thing it is. */
export type Admit = (request: IncomingMessage, action: Action) => Promise<Caller>;

export function makeAdmit(ctx: Deps<"clientAddress" | "rates">, authenticate: Authenticate): Admit {
  return async (request, action) => {
    const caller = await counted(ctx, authenticate, request, action);
    assertMay(caller, action);
    return caller;
  };
}

/** Calls that are refused afterwards count too: they cost the service as much. */
async function counted(
  { clientAddress, rates }: Deps<"clientAddress" | "rates">,
  authenticate: Authenticate,
  request: IncomingMessage,
  action: Action,
): Promise<Caller> {
  const address = () => clientAddress(request) ?? "";
  try {
    const caller = await authenticate(request, action);
    await rates.take(caller, action, address);
    return caller;
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) await rates.failed(address);
    throw error;
  }
}
