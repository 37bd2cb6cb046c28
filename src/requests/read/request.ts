import type { Caller } from "../../auth/caller.ts";
import { decodeCursor, encodeCursor } from "../../cursor.ts";
import type { Deps } from "../../deps.ts";
import { notFound, RequestError } from "../../errors.ts";
import { type Action, assertMay, mayOn, onlyOf } from "../../users/policy.ts";
import { isUuid } from "../../uuid.ts";
import type { RequestState } from "../state.ts";
import type { Page, RequestSummary, RequestView } from "../views.ts";
import { deletingRow, idOfNumber, requestRows } from "./request-store.ts";
import { toRequestSummary, viewOf } from "./request-view.ts";

/** `action` is what the caller is about to do. A request of another user is "not found". */
export async function readRequest(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
  action: Action = "request.read",
): Promise<RequestView> {
  assertMay(caller, action);
  const view = await viewOf(ctx, id);
  if (!view || !mayOn(caller, action, view)) throw notFound("request", id);
  return view;
}

/** A request to change; one that is being deleted is refused with a sentence until it is gone. */
export async function requestToChange(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
): Promise<RequestView> {
  try {
    return await readRequest(ctx, id, caller, "request.change");
  } catch (error) {
    if (await idWhileDeleting(ctx, id, caller, "request.change")) throw deleted();
    throw error;
  }
}

/**
 * The id of a request that is being deleted; undefined if it is not, or if the caller may not act
 * on it.
 */
export async function idWhileDeleting(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
  action: Action,
): Promise<string | undefined> {
  const row = isUuid(id) ? await deletingRow(ctx.db.query, id) : undefined;
  return row && mayOn(caller, action, row) ? row.id : undefined;
}

export function deleted(): RequestError {
  return new RequestError(
    409,
    "request_deleted",
    "The request is deleted; it can no longer be changed.",
  );
}

/** The id for the small number that clients of other services use. */
export async function requestIdOf(ctx: Deps<"db">, number: number): Promise<string | undefined> {
  return idOfNumber(ctx.db.query, number);
}

export interface ListRequests {
  state?: RequestState | undefined;
  owner?: string | undefined;
  number?: number | undefined;
  /** the whole title */
  title?: string | undefined;
  /** what its id begins with, as `isIdPrefix` allows it */
  idPrefix?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/**
 * Newest first, in keyset pages: the caller's own requests, or all requests if the caller may see
 * them.
 */
export async function listRequests(
  ctx: Deps<"db">,
  caller: Caller,
  { state, owner, number, title, idPrefix, cursor, limit }: ListRequests,
): Promise<Page<RequestSummary>> {
  assertMay(caller, "request.read");
  const only = onlyOf(caller, "request.read");
  if (only !== undefined && owner !== undefined && owner !== only) return { items: [], next: null };
  const [createdAt, id] = cursor ? decodeCursor(cursor, ["time", "uuid"]) : [];
  const before = createdAt && id ? { createdAt, id } : undefined;
  const ids = idPrefix === undefined ? undefined : idsWith(idPrefix);
  const filter = { state, owner: only ?? owner, number, title, ids, before, limit: limit + 1 };
  const rows = await requestRows(ctx.db.query, filter);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(toRequestSummary),
    next: last ? encodeCursor([last.cursor_at, last.id]) : null,
  };
}

/** The beginning of a UUID, of at least four digits. */
export function isIdPrefix(text: string): boolean {
  return text.length >= 4 && isUuid(idsWith(text).first);
}

function idsWith(prefix: string): { first: string; last: string } {
  const rest = "00000000-0000-0000-0000-000000000000".slice(prefix.length);
  return { first: prefix + rest, last: prefix + rest.replaceAll("0", "f") };
}
