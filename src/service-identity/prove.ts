// All processes on one database must share a signing key and the store; others end at their start.
import { randomUUID } from "node:crypto";
import pRetry from "p-retry";
import { DatabaseClosedError } from "../db/away.ts";
import type { Deps } from "../deps.ts";
import { UnavailableError } from "../errors.ts";
import { fingerprintOf } from "../secrets.ts";
import { ConfigError } from "../settings/config-error.ts";
import type { Store } from "../storage/contract.ts";
import { otherKey, page, sharesKey } from "./keys.ts";
import { keepIdentity, lockIdentity } from "./store.ts";
import { otherStore, proofName } from "./store-proof.ts";

const proof = "Longshore checks by this object that all its processes use the same store.\n";
const longestWaitMilliseconds = 60_000;
/** The log says again what is missing this often. */
const repeatMilliseconds = 60_000;

/**
 * Rejects with a sentence that names the setting by which this process differs from the others.
 * Room in a full store, which somebody must make, is waited for without end.
 */
export async function proveIdentity(
  ctx: Deps<"config" | "db" | "store" | "verifyingKeys" | "log">,
  signal?: AbortSignal,
): Promise<void> {
  const keyFingerprints = ctx.verifyingKeys.map(fingerprintOf);
  const prove = () =>
    ctx.db.tx(async (query) => {
      const kept = await lockIdentity(query);
      if (!sharesKey(kept.keyFingerprints, keyFingerprints)) throw otherKey(ctx.config);
      const storeId = await proveStore(ctx.store, kept.storeId);
      // The list of the last start replaces the stored one: keys removed from it no longer count.
      await keepIdentity(query, { keyFingerprints, storeId });
    });
  let warnedAt = Number.NEGATIVE_INFINITY;
  const warn = ({ message }: Error) => {
    if (performance.now() - warnedAt < repeatMilliseconds) return;
    warnedAt = performance.now();
    ctx.log.warn(`The start waits for the store: ${message} Ctrl-C ends this.`);
  };
  const deadline = performance.now() + longestWaitMilliseconds;
  await pRetry(prove, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 200,
    maxTimeout: 2000,
    shouldRetry: ({ error }) => isFull(error) || (mayPass(error) && performance.now() < deadline),
    onFailedAttempt: ({ error }) => {
      if (mayPass(error)) warn(error);
    },
    ...(signal && { signal }),
  });
}

function isFull(error: Error): boolean {
  return error instanceof UnavailableError && error.status === 507;
}

function mayPass(error: Error): boolean {
  return error instanceof UnavailableError && !(error instanceof DatabaseClosedError);
}

/** Returns the store's id. Puts the proof into the store if this is the first start. */
async function proveStore(store: Store, known: string | null): Promise<string> {
  const id = known ?? randomUUID();
  if (known === null) await store.put(id, proofName, Buffer.from(proof));
  else if (!(await store.head(id, proofName)))
    throw new ConfigError(
      `${otherStore(store.kind)}: it lacks the object ${id}/${proofName}. ` +
        `Give every process on one database the same store. ${page}`,
    );
  return id;
}
