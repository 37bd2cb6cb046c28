import { canonicalJson } from "../canonical-json.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { isUuid, readRequest } from "../requests/read/request.ts";
import { isFinal } from "../requests/state.ts";
import type { RequestView } from "../requests/views.ts";
import { documentOf } from "./document.ts";
import { type PublicJwk, receiptKey, toJwk } from "./key.ts";
import {
  accountOf,
  insertReceipt,
  keepKey,
  keptKeys,
  type ReceiptRow,
  receiptRow,
} from "./store.ts";

/** The signed receipt as JSON text, byte for byte as it is kept; made at the first look. Of a deleted request it is what remains. */
export async function readReceipt(
  ctx: Deps<"db" | "signingKey" | "urls">,
  id: string,
): Promise<string> {
  const kept = isUuid(id) ? await receiptRow(ctx.db.query, id) : undefined;
  const view = await readRequest(ctx, id).catch((error: unknown) => {
    if (kept && error instanceof RequestError && error.status === 404) return undefined;
    throw error;
  });
  if (kept && (!view || (isFinal(view.state) && kept.round === view.round))) return textOf(kept);
  if (!view) throw notFound("request", id);
  return textOf(await make(ctx, view));
}

/** Makes the receipt of an ended request where there is none: before anything that it tells of is removed. */
export async function keepReceipt(
  ctx: Deps<"db" | "signingKey" | "urls">,
  id: string,
): Promise<void> {
  const view = await readRequest(ctx, id);
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
  const document = Buffer.from(canonicalJson(await documentOf(ctx, view, account)));
  const key = receiptKey(ctx.signingKey);
  // The key is known before anything signed with it is.
  await keepKey(ctx.db.query, key.id, key.publicKey);
  await insertReceipt(ctx.db.query, view.id, account.facts, {
    round: view.round,
    document,
    ...(await key.sign(document)),
    key_id: key.id,
  });
  const kept = await receiptRow(ctx.db.query, view.id);
  if (kept?.round === view.round) return kept;
  throw notEnded((await readRequest(ctx, view.id)).state);
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
