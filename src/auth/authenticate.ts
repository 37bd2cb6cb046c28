import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import { type Caller, local } from "./caller.ts";

/** Who makes this call. Throws 401 for a credential that is wrong or has expired. */
export type Authenticate = (request: IncomingMessage) => Caller | Promise<Caller>;

export function authenticator({ config }: Deps<"config">): Authenticate {
  return () => (config.enableAuth ? { kind: "anonymous" } : local);
}
