import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalPieces } from "../../canonical-json.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { cancel } from "../../requests/lifecycle/cancel.ts";
import { submit } from "../../requests/lifecycle/submit.ts";
import { waitingOf } from "../../requests/monitor/waiting-reason.ts";
import { isIdPrefix, listRequests, readRequest } from "../../requests/read/request.ts";
import { warningsOf } from "../../requests/read/warnings.ts";
import type { RequestSummary } from "../../requests/views.ts";
import { publicPath } from "../../settings/public-path.ts";
import { timeSlice } from "../../time-slice.ts";
import { route } from "../route.ts";
import { cursor, limit, requestParams, wholeNumber } from "../schemas/params.ts";
import {
  type OnTheWire,
  requestNow,
  requestPage,
  requestState,
  requestView,
} from "../schemas/request.ts";
import { idempotencyHeader, submitRule } from "../schemas/submit.ts";
import { submitInputOf } from "../submit-input.ts";

export const submitRequest = route({
  method: "post",
  path: "/v1/requests",
  name: "submitRequest",
  tag: "requests",
  access: "request.submit",
  summary: "Submit a request: a dataset, and what to do with each of its files",
  headers: idempotencyHeader,
  body: submitRule,
  responses: {
    201: { description: "Recorded; the work begins.", schema: requestView },
    200: { description: "The request that this idempotency key made before.", schema: requestView },
    422: {
      description:
        "The idempotency key was used with another body, the query cannot work, an operation is " +
        "not offered, or files of the list cannot be read: outside of INPUT_ROOTS, below a " +
        "folder that is not there, or of a host that is not in INPUT_HOSTS.",
    },
  },
  async handler(ctx, { body, list, caller, request, sent, gone }) {
    const key = idempotencyKey(request.headers["idempotency-key"]);
    const input = submitInputOf(ctx.operations, body, list);
    const { request: view, created } = await submit(ctx, caller, input, {
      key: key === undefined ? undefined : { key, bodyHash: await hashOf(sent) },
      gone: gone(),
    });
    return {
      status: created ? 201 : 200,
      body: onTheWire(ctx, view),
      headers: { location: linkTo(ctx, view.id) },
    };
  },
});

export const listAllRequests = route({
  method: "get",
  path: "/v1/requests",
  name: "listRequests",
  tag: "requests",
  access: "request.read",
  summary: "List requests, the newest first, without the settings of their steps",
  query: z.strictObject({
    state: requestState.optional(),
    owner: z.string().min(1).max(200).optional(),
    title: z.string().max(500).optional().meta({ description: "Only those of this title." }),
    number: wholeNumber(Number.MAX_SAFE_INTEGER)
      .optional()
      .meta({ description: "Only the request of this number.", override: { type: "integer" } }),
    id_prefix: z
      .string()
      .max(36)
      .toLowerCase()
      .refine(isIdPrefix, "must be the beginning of a request's id, of at least 4 digits")
      .optional()
      .meta({
        description: "Only requests whose id begins so; at least 4 digits.",
        example: "7f1e8e0c",
      }),
    cursor,
    limit: limit(200, 50),
  }),
  responses: { 200: { description: "A page of requests.", schema: requestPage } },
  async handler(ctx, { caller, query }) {
    const { id_prefix: idPrefix, ...more } = query;
    const page = await listRequests(ctx, caller, { ...more, idPrefix });
    return {
      status: 200,
      body: { items: page.items.map((view) => onTheWire(ctx, view)), next: page.next },
    };
  },
});

export const getRequest = route({
  method: "get",
  path: "/v1/requests/{id}",
  name: "getRequest",
  tag: "requests",
  access: "request.read",
  summary: "Read a request: its state, its counters, and what it waits for",
  params: requestParams,
  responses: { 200: { description: "The request.", schema: requestNow } },
  async handler(ctx, { params, caller }) {
    const view = await readRequest(ctx, params.id, caller);
    const [waiting, warnings] = await Promise.all([waitingOf(ctx, view), warningsOf(ctx, view.id)]);
    return { status: 200, body: { ...onTheWire(ctx, view), waiting, warnings } };
  },
});

export const cancelRequest = route({
  method: "post",
  path: "/v1/requests/{id}/cancel",
  name: "cancelRequest",
  tag: "requests",
  access: "request.change",
  summary: "Cancel a request: none of its files are dispatched any more",
  params: requestParams,
  responses: {
    200: { description: "It is canceling, or canceled already.", schema: requestView },
    409: { description: "The request has ended otherwise." },
  },
  async handler(ctx, { params, caller }) {
    return { status: 200, body: onTheWire(ctx, await cancel(ctx, params.id, caller)) };
  },
});

export function onTheWire<View extends RequestSummary>(
  ctx: Deps<"urls">,
  { facade: _, ...view }: View,
): OnTheWire<View> {
  const self = linkTo(ctx, view.id);
  return {
    ...view,
    links: {
      self,
      files: `${self}/files`,
      results: `${self}/results`,
      errors: `${self}/errors`,
      events: `${self}/events`,
      cancel: `${self}/cancel`,
      receipt: `${self}/receipt`,
    },
  };
}

function linkTo({ urls }: Deps<"urls">, id: string): string {
  return publicPath(urls.public(), `/v1/requests/${id}`);
}

function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw new RequestError(
    400,
    "bad_header",
    "The Idempotency-Key must be 1 to 255 printable ASCII characters.",
    [{ pointer: "Idempotency-Key", detail: "1 to 255 printable ASCII characters" }],
  );
}

/** A long list is hashed piece by piece, and other calls go on meanwhile. */
async function hashOf(sent: unknown): Promise<string> {
  const hash = createHash("sha256");
  const pause = timeSlice();
  for await (const piece of canonicalPieces(sent)) {
    hash.update(piece);
    await pause();
  }
  return hash.digest("hex");
}
