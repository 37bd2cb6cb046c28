import type { Caller as PolicyCaller } from "../auth/caller.ts";
import type { KnownKey } from "./credentials.ts";
import type { Signer } from "./signature.ts";

/** Who calls, with what its signature covers. */
export interface Caller extends KnownKey {
  accessKey: string;
  signing: Signing;
}

/** The holder of the key, as a caller of users/policy.ts. */
export function holderOf({ kind, bucket }: Pick<Caller, "kind" | "bucket">): PolicyCaller {
  return { kind: kind === "read" ? "reader" : "writer", request: bucket };
}

/** What the signature says about the body. */
export interface Signing {
  /** the hash itself, or a keyword for how the body is signed */
  payloadHash: string;
  signature?: string;
  /** signs the chunks of a streamed body */
  signer?: Signer;
}
