import type { KnownKey } from "./credentials.ts";
import type { Signer } from "./signature.ts";

/** Who calls, with what its signature covers. */
export interface Caller extends KnownKey {
  accessKey: string;
  signing: Signing;
}

/** What the signature says about the body. */
export interface Signing {
  /** the hash itself, or a keyword for how the body is signed */
  payloadHash: string;
  signature?: string;
  /** signs the chunks of a streamed body */
  signer?: Signer;
}
