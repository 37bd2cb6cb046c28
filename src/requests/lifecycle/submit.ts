import { randomUUID } from "node:crypto";
import { keyedDigest } from "../../addresses/sealed.ts";
import { hasSecret } from "../../addresses/shown.ts";
import { type Caller, ownerOf } from "../../auth/caller.ts";
import { type FileList, piecesOf } from "../../datasets/chunks.ts";
import { nameDataset, resolveDataset } from "../../datasets/resolve.ts";
import type { Query } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { timeSlice } from "../../time-slice.ts";
import { assertMay } from "../../users/policy.ts";
import { sourceOf } from "../advance/advance-queue.ts";
import { refuseUnattached, withAttachments } from "../attachments/keep.ts";
import { readRequest } from "../read/request.ts";
import type { RequestView, SubmitInput } from "../views.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkSteps } from "./check-steps.ts";
import { limitFacadeFiles } from "./facade-files.ts";
import { callerLeft, makeInTurn } from "./in-turn.ts";
import { limitOpenRequests } from "./open-requests.ts";
import { readableBy } from "./readable.ts";
import { workloadsOf } from "./step-workloads.ts";
import { type IdempotencyKey, insertRequest, requestOfKey } from "./submit-store.ts";

type SubmitDeps = Deps<
  | "advanceQueue"
  | "barred"
  | "config"
  | "db"
  | "finders"
  | "log"
  | "metrics"
  | "operations"
  | "runner"
  | "store"
  | "verifyingKeys"
>;

/**
 * Checks and records a request. Once it resolves, the request will end, whatever crashes. A caller
 * who has `gone` before it is recorded is given up. `limit`: one of a façade, which throws; it is
 * asked in the transaction that records the request, and counts it.
 */
export async function submit(
  ctx: SubmitDeps,
  caller: Caller,
  input: SubmitInput,
  { key: sent, gone, limit }: Submitting = {},
): Promise<{ request: RequestView; created: boolean }> {
  assertMay(caller, "request.submit");
  const owner = ownerOf(caller) ?? "";
  const key = sent && (await withBodyHashes(ctx, input, sent));
  const earlier = key && (await requestOfKey(ctx.db.query, owner, key.key));
  if (earlier) return { request: await sameRequest(ctx, earlier, key, caller), created: false };
  const barred = await ctx.barred.of(owner);
  const readable = readableBy(ctx, barred);
  const submitter = { owner, signal: gone, readable };
  await checkInputs(ctx, input, readable);
  const unchecked = await checkSteps(ctx, input, submitter);
  const dataset = await nameDataset(ctx, input.dataset, barred);
  await limitFacadeFiles(ctx, caller, dataset);
  refuseUnattached(ctx, input);
  const id = randomUUID();
  const workloads = await workloadsOf(ctx, id, input, submitter);
  if (gone?.aborted) throw callerLeft();

  const insert = () =>
    ctx.db.tx(async (query) => {
      const datasetId = await resolveDataset(ctx, query, dataset, owner);
      const row = { id, owner, datasetId, input, key, unchecked, workloads };
      const isNew = await insertRequest(query, row);
      if (isNew) await limitOpenRequests(ctx, query, owner);
      if (isNew) await limit?.(query);
      return isNew;
    });
  const record = () => withAttachments(ctx, id, input.attachments ?? [], insert);
  const isLong = "list" in dataset && dataset.list.length >= longListFiles;
  const inserted = isLong ? await inTurn({ owner, signal: gone }, record) : await record();
  // Of two simultaneous calls with one key, the second finds the request of the first, which has
  // the same dataset.
  if (!inserted && key) {
    const first = await requestOfKey(ctx.db.query, owner, key.key);
    if (first) return { request: await sameRequest(ctx, first, key, caller), created: false };
  }
  ctx.metrics.requestsSubmitted.inc();
  ctx.log.info(
    { request_id: id, owner, steps: input.steps.map((step) => step.operation) },
    "a request was submitted",
  );
  ctx.advanceQueue.add(id, sourceOf(caller));
  return { request: await readRequest(ctx, id, caller), created: true };
}

/** A longer list takes long to record, and a connection of the database all the while. */
const longListFiles = 10_000;
const inTurn = makeInTurn(2, "Too many long lists of files wait to be recorded.");

interface Submitting {
  key?: SentKey | undefined;
  gone?: AbortSignal | undefined;
  limit?: ((query: Query) => Promise<void>) | undefined;
}

interface SentKey {
  key: string;
  bodyHash: string;
}

/**
 * The digest of a body with secrets is keyed, so that it cannot be compared with guesses. Earlier
 * versions kept the plain one, which is compared too.
 */
async function withBodyHashes(
  { verifyingKeys }: Deps<"verifyingKeys">,
  { dataset }: SubmitInput,
  { key, bodyHash }: SentKey,
): Promise<IdempotencyKey> {
  const isSecret = "files" in dataset && (await holdsSecrets(dataset.files));
  const [newest = bodyHash, ...older] = isSecret
    ? [...verifyingKeys.map((key) => keyedDigest(key, bodyHash)), bodyHash]
    : [];
  return { key, bodyHashes: [newest, ...older] };
}

async function holdsSecrets(files: FileList<string | string[]>): Promise<boolean> {
  const pause = timeSlice();
  for await (const piece of piecesOf(files)) {
    for (const file of piece) {
      if ([file].flat().some(hasSecret)) return true;
      await pause();
    }
  }
  return false;
}

async function sameRequest(
  ctx: Deps<"db">,
  earlier: { id: string; bodyHash: string | null },
  key: IdempotencyKey,
  caller: Caller,
): Promise<RequestView> {
  if (!earlier.bodyHash || !key.bodyHashes.includes(earlier.bodyHash)) {
    throw new RequestError(
      422,
      "idempotency_key_reused",
      `Idempotency-Key ${JSON.stringify(key.key)} was used with another body; ` +
        "use a new key for another request.",
    );
  }
  return readRequest(ctx, earlier.id, caller);
}
