// The content of a receipt; doc/receipt.md explains it.

export interface ReceiptDigest {
  algorithm: "sha256";
  /** hex */
  value: string;
}

export interface ReceiptGroup {
  fingerprint: string;
  class: string;
  message: string;
}

export interface ReceiptResult {
  name: string;
  /** bytes */
  size: number;
  checksum: string | null;
  file: number | null;
  step: number;
  attempt: number;
}

/** What a worker read of a file, in the first step that reads it. */
export interface ReceiptInput {
  file: number;
  step: number;
  attempt: number;
  /** bytes */
  size: number;
  sha256: string;
}

export interface ReceiptInputs {
  /** files that were processed, and of which is recorded what was read */
  files: number;
  /** files that were processed, and of which it is not recorded */
  not_recorded: number;
  bytes: number;
  /** over one line a file, in the dataset's order: canonical JSON of the item and a newline */
  digest: ReceiptDigest;
  /** false: more than are listed here */
  listed: boolean;
  items: ReceiptInput[];
}

export interface Receipt {
  format: "longshore-receipt-1";
  service: { name: "Longshore"; version: string; url: string };
  request: {
    id: string;
    owner: string;
    title: string | null;
    state: string;
    reason: string | null;
    round: number;
    incomplete: boolean;
    created_at: string;
    started_at: string | null;
    finished_at: string | null;
    stop_after_failed_percent: number | null;
  };
  dataset: {
    id: string;
    finder: string;
    name: string;
    did: string | null;
    version: number;
    files: number;
  };
  /**
   * over one line a file, in the dataset's order: canonical JSON of {checksum, paths, size} and a
   * newline
   */
  inputs: { files: number; digest: ReceiptDigest; read?: ReceiptInputs | undefined };
  steps: {
    step: number;
    operation: string;
    settings: Record<string, unknown>;
    retry: unknown;
    done: number;
    failed: number;
  }[];
  counters: Record<string, number>;
  rounds: {
    round: number;
    /** failed files that were tried again */
    redriven: number;
    done: number;
    failed: number;
    moves: { move: string; from: string | null; to: string; at: string; reason: string | null }[];
  }[];
  failures: {
    files: number;
    groups: (ReceiptGroup & {
      count: number;
      examples: { file: number; paths: string[]; message: string | null }[];
    })[];
    /** errors that occurred, but that no file failed with in the end */
    overcome: ReceiptGroup[];
  };
  /**
   * of the last step. The digest is over one line a result, in the order of `url`: canonical JSON
   * of the item and a newline
   */
  results: {
    count: number;
    bytes: number;
    digest: ReceiptDigest;
    /** false: more than are listed here; `url` lists them while they are kept */
    listed: boolean;
    items: ReceiptResult[];
    url: string;
    deleted_at: string | null;
  };
  made_at: string;
}

export interface SignedReceipt {
  receipt: Receipt;
  /** compact JWS (RFC 7515); its payload is `receipt` as canonical JSON */
  jws?: string | undefined;
  /** instead of `jws` in receipts of earlier versions */
  signature?: ReceiptSignature | undefined;
}

export interface ReceiptSignature {
  algorithm: "Ed25519";
  /** of the JSON Web Key that verifies it */
  key_id: string;
  /** base64url, over the canonical JSON of `receipt` */
  value: string;
}
