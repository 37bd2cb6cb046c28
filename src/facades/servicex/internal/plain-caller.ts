import type { Caller } from "../../../auth/caller.ts";

/**
 * Who reports at an address that signs nothing. A caller of INTERNAL_PORT without a credential
 * counts as a worker of every request: such a sidecar has nothing else to show.
 */
export function plainCaller(caller: Caller): Caller {
  return caller.kind === "internal" ? { kind: "worker", scope: {} } : caller;
}
