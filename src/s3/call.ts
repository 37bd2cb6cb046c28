import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Store } from "../storage/contract.ts";
import type { Address } from "./address.ts";
import type { BucketView, Results } from "./bucket-view.ts";
import type { Caller } from "./caller.ts";

/** An authenticated call to the caller's own bucket. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  address: Address;
  caller: Caller;
  store: Store;
  results: Results;
  bucketView: BucketView;
  /** rejects if the caller's key is no longer valid: the body of an upload may take hours */
  confirm(): Promise<void>;
  /** most bytes of an object */
  uploadLimitBytes: number;
}

export interface Reply {
  status: number;
  headers?: Record<string, string | number>;
  /** text is XML */
  body?: string | Readable;
}
