import { z } from "zod";
import type { PublicJwk } from "../../receipts/key.ts";
import type { SignedReceipt } from "../../receipts/receipt.ts";
import { time } from "./request.ts";

const count = z.number().int().min(0);
const digest = z.object({ algorithm: z.literal("sha256"), value: z.string() });
const groupShape = { fingerprint: z.string(), class: z.string(), message: z.string() };

const receipt = z.object({
  format: z.literal("longshore-receipt-1"),
  service: z.object({ name: z.literal("Longshore"), version: z.string(), url: z.string() }),
  request: z.object({
    id: z.string(),
    owner: z.string(),
    title: z.string().nullable(),
    state: z.string(),
    reason: z.string().nullable(),
    round: count,
    incomplete: z.boolean(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    stop_after_failed_percent: z.number().nullable(),
  }),
  dataset: z.object({
    id: z.string(),
    finder: z.string(),
    name: z.string(),
    did: z.string().nullable(),
    version: count,
    files: count,
  }),
  inputs: z.object({
    files: count,
    digest,
    read: z
      .object({
        files: count,
        not_recorded: count.meta({ description: "Processed, but what was read is not recorded." }),
        bytes: count,
        digest,
        listed: z.boolean().meta({ description: "false: more than are listed here." }),
        items: z.array(
          z.object({ file: count, step: count, attempt: count, size: count, sha256: z.string() }),
        ),
      })
      .optional()
      .meta({
        description:
          "What workers read of the files that were processed, in the first step that reads " +
          "them. Absent in receipts of earlier versions: not recorded.",
      }),
  }),
  steps: z.array(
    z.object({
      step: count,
      operation: z.string(),
      settings: z.record(z.string(), z.unknown()),
      retry: z.unknown(),
      done: count,
      failed: count,
    }),
  ),
  counters: z.record(z.string(), count),
  rounds: z.array(
    z.object({
      round: count,
      redriven: count.meta({ description: "Failed files that were tried again." }),
      done: count,
      failed: count,
      moves: z.array(
        z.object({
          move: z.string(),
          from: z.string().nullable(),
          to: z.string(),
          at: time,
          reason: z.string().nullable(),
        }),
      ),
    }),
  ),
  failures: z.object({
    files: count,
    groups: z.array(
      z.object({
        ...groupShape,
        count,
        examples: z.array(
          z.object({ file: count, paths: z.array(z.string()), message: z.string().nullable() }),
        ),
      }),
    ),
    overcome: z
      .array(z.object(groupShape))
      .meta({ description: "Errors that occurred, but that no file failed with in the end." }),
  }),
  results: z.object({
    count,
    bytes: count,
    digest,
    listed: z.boolean().meta({
      description: "false: more than are listed here; `url` lists them while they are kept.",
    }),
    items: z.array(
      z.object({
        name: z.string(),
        size: count,
        checksum: z.string().nullable(),
        file: count.nullable(),
        step: count,
        attempt: count,
      }),
    ),
    url: z.string(),
    deleted_at: time.nullable(),
  }),
  made_at: time,
});

export const signedReceipt = z
  .object({
    receipt,
    jws: z.string().optional().meta({
      description:
        "A compact JWS (RFC 7515) whose payload is the canonical JSON (RFC 8785) of `receipt`.",
    }),
    signature: z
      .object({
        algorithm: z.literal("Ed25519"),
        key_id: z.string(),
        value: z.string().meta({
          description: "base64url, over the canonical JSON (RFC 8785) of `receipt`",
        }),
      })
      .optional()
      .meta({ description: "Instead of `jws`, in receipts made by earlier versions." }),
  })
  .meta({ id: "SignedReceipt" }) satisfies z.ZodType<SignedReceipt>;

const jwk = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  kid: z.string(),
  use: z.literal("sig"),
  alg: z.literal("EdDSA"),
}) satisfies z.ZodType<PublicJwk>;

export const jwks = z.object({ keys: z.array(jwk) }).meta({ id: "ReceiptKeys" });
