import type { IncomingMessage } from "node:http";
import type { Authenticate } from "../auth/authenticate.ts";
import type { Caller, Facade } from "../auth/caller.ts";
import { atFacade } from "../auth/without-name.ts";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { type Action, assertMay } from "../users/policy.ts";

/**
 * Returns the caller if it may do this to anything at all; use cases check whose thing it is.
 * `facade`: where the call came in, if that may take callers without a name.
 */
export type Admit = (request: IncomingMessage, action: Action, facade?: Facade) => Promise<Caller>;

type Needed = Deps<"clientAddress" | "config" | "rates" | "userCache">;

export function makeAdmit(ctx: Needed, authenticate: Authenticate): Admit {
  return async (request, action, facade) => {
    const caller = await counted(ctx, request, action, async () => {
      const known = await authenticate(request, action);
      return facade === undefined ? known : atFacade(ctx, known, facade, action);
    });
    assertMay(caller, action);
    return caller;
  };
}

/** Calls that are refused afterwards count too: they cost the service as much. */
async function counted(
  { clientAddress, rates }: Needed,
  request: IncomingMessage,
  action: Action,
  who: () => Promise<Caller>,
): Promise<Caller> {
  const address = () => clientAddress(request) ?? "";
  try {
    const caller = await who();
    await rates.take(caller, action, address);
    return caller;
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) await rates.failed(address);
    throw error;
  }
}
