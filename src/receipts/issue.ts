import type { Caller } from "../auth/caller.ts";
import { canonicalPieces } from "../canonical-json.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { viewOf } from "../requests/read/request-view.ts";
import { isFinal } from "../requests/state.ts";
import type { RequestView } from "../requests/views.ts";
import { timeSlice } from "../time-slice.ts";
import { assertMay, mayOn } from "../users/policy.ts";
import { isUuid } from "../uuid.ts";
import { documentOf } from "./document.ts";
import { type PublicJwk, receiptKey, toJwk } from "./key.ts";
import type { Receipt } from "./receipt.ts";
import {
  accountOf,
  insertReceipt,
  keepKey,
  keptKeys,
  type ReceiptRow,
  receiptRow,
} from "./store.ts";

/**
 * The signed receipt as JSON text, byte for byte as it is kept; made when it is first read. It is
 * what remains of a deleted request.
 */
export async function readReceipt(
  ctx: Deps<"db" | "signingKey" | "urls">,
  id: string,
  caller: Caller,
): Promise<string> {
  assertMay(caller, "receipt.read");
  const kept = isUuid(id) ? await receiptRow(ctx.db.query, id) : undefined;
  const view = await viewOf(ctx, id);
  const owner = view?.owner ?? kept?.owner;
  if (owner === undefined || !mayOn(caller, "receipt.read", { id, owner }))
    throw notFound("request", id);
  if (kept && (!view || (isFinal(view.state) && kept.round === view.round))) return textOf(kept);
  if (!view) throw notFound("request", id);
  return textOf(await make(ctx, view));
}

/**
 * Makes the receipt of an ended request if there is none yet: before anything that it accounts for
 * is removed.
 */
export async function keepReceipt(
  ctx: Deps<"db" | "signingKey" | "urls">,
  id: string,
): Promise<void> {
  const view = await viewOf(ctx, id);
  if (!view) throw notFound("request", id);
  const kept = await receiptRow(ctx.db.query, view.id);
  if (kept?.round !== view.round) await make(ctx, view);
}

/** The public half of every key that signed here, the newest first. */
export async function receiptKeys(ctx: Deps<"db" | "signingKey">): Promise<PublicJwk[]> {
  const { id, publicKey } = receiptKey(ctx.signingKey);
  const others = (await keptKeys(ctx.db.query)).map(toJwk).filter((key) => key.kid !== id);
  return [toJwk(publicKey), ...others];
}

async function make(
  ctx: Deps<"db" | "signingKey" | "urls">,
  view: RequestView,
): Promise<ReceiptRow> {
  if (!isFinal(view.state)) throw notEnded(view.state);
  const account = await accountOf(ctx.db.query, view.id);
  if (!account) throw notFound("request", view.id);
  const document = await canonicalBytes(await documentOf(ctx, view, account));
  const key = receiptKey(ctx.signingKey);
  // The key is known before anything signed with it is.
  await keepKey(ctx.db.query, key.id, key.publicKey);
  await insertReceipt(ctx.db.query, view.id, account.facts, {
    round: view.round,
    owner: view.owner,
    document,
    ...(await key.sign(document)),
    key_id: key.id,
  });
  const kept = await receiptRow(ctx.db.query, view.id);
  if (kept?.round === view.round) return kept;
  throw notEnded((await viewOf(ctx, view.id))?.state ?? "deleted");
}

/** In pieces, so that other calls go on: a receipt may list 10,000 files and as many results. */
async function canonicalBytes(document: Receipt): Promise<Buffer> {
  const pause = timeSlice();
  const pieces: Buffer[] = [];
  for await (const piece of canonicalPieces(document)) {
    pieces.push(Buffer.from(piece));
    await pause();
  }
  return Buffer.concat(pieces);
}

function notEnded(state: string): RequestError {
  return new RequestError(
    409,
    "request_open",
    `The request is ${state}; its receipt is made when it has ended.`,
  );
}

function textOf({ document, header, signature, key_id }: ReceiptRow): string {
  const value = signature.toString("base64url");
  const signed =
    header === null
      ? { signature: { algorithm: "Ed25519", key_id, value } }
      : { jws: `${header}.${document.toString("base64url")}.${value}` };
  return `{"receipt":${document.toString()},${JSON.stringify(signed).slice(1)}`;
}
