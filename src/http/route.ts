// A route is one object with its schemas. Validation, the OpenAPI document and the client's types
// come from it.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ZodObject, type ZodType, z } from "zod";
import type { Caller } from "../auth/caller.ts";
import type { Config } from "../config.ts";
import type { FileList } from "../datasets/chunks.ts";
import type { Context } from "../deps.ts";
import type { Operation } from "../operations/contract.ts";
import type { Action } from "../users/policy.ts";
import type { Admit } from "./admit.ts";
import { checkContentType } from "./json/content-type.ts";
import { largeBodies } from "./json/large-bodies.ts";
import { type ReadLongList, withLongList } from "./json/long-list.ts";
import { readBytes } from "./json/read-bytes.ts";
import { readJson } from "./json/read-json.ts";
import { type ListRule, readListed } from "./json/read-list.ts";
import { parse, parsePathParameters } from "./parse.ts";
import { parseQuery } from "./query.ts";
import type { TextRule } from "./text.ts";

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A reply that writes itself: a stream of events, a page. */
export interface Streamed {
  write(response: ServerResponse): void | Promise<void>;
}

export interface BodyRule<Body extends ZodType, Element = unknown> {
  schema: Body;
  /** for the OpenAPI document, where more is parsed later than the schema says */
  documented?: ZodType;
  limitMegabytes?: number;
  /** most keys and values, without those of the list */
  mostValues?: number;
  /** a list that may be long: it is parsed in pieces while it arrives */
  list?: ListRule<Element>;
  /** a long list is kept on disk: the handler gets it as `list`, and the body without it */
  isOnDisk?: boolean;
  /**
   * what happens to NUL characters and lone surrogates, which Postgres cannot store; default:
   * refused
   */
  text?: TextRule;
  /** what a call sends as it is; a function where that depends on the service */
  example?: object | ((service: ForExamples) => object);
}

/** What examples of calls name, so that they work with this service as they are. */
export interface ForExamples {
  /** a folder whose files may be read */
  inputFolder: string;
  operations: readonly Operation[];
}

export interface Documented {
  description: string;
  schema?: ZodType;
  /** of other content than JSON */
  mediaType?: string;
  example?: unknown;
}

export interface Input<Params, Query, Body, Element = unknown> {
  params: Params;
  query: Query;
  body: Body;
  caller: Caller;
  /** who calls, asked again: throws where the credential is no longer good */
  again(): Promise<Caller>;
  request: IncomingMessage;
  /** with `rawMegabytes`: the body */
  raw: Buffer;
  /** the body as it was sent, before defaults */
  sent: unknown;
  /** with `isOnDisk`: the body's list, if it has one; it is removed when the handler has ended */
  list: FileList<Element> | undefined;
  /** aborted when the caller has closed the connection */
  gone(): AbortSignal;
}

export type Method = "get" | "post" | "put" | "delete";

interface Definition<
  Params extends ZodObject,
  Query extends ZodObject,
  Body extends ZodType,
  Element,
> {
  method: Method;
  /** with parameters as OpenAPI writes them: `/v1/requests/{id}` */
  path: `/${string}`;
  /** the operationId: a verb and a noun */
  name: string;
  summary: string;
  description?: string;
  tag: string;
  /** what a call does, by which users/policy.ts says who may make it */
  access: Action;
  params?: Params;
  query?: Query;
  headers?: ZodObject;
  body?: BodyRule<Body, Element>;
  /** the body in bytes, of any type, for a handler that verifies them; at most so many megabytes */
  rawMegabytes?: number;
  responses: Record<number, Documented>;
  /** called many times a second: no access log */
  hot?: boolean;
  handler(
    ctx: Context,
    input: Input<z.output<Params>, z.output<Query>, z.output<Body>, Element>,
  ): Promise<Reply | Streamed> | Reply | Streamed;
}

interface Call {
  ctx: Context;
  admit: Admit;
  request: IncomingMessage;
  response: ServerResponse;
  pathParameters: Record<string, unknown>;
}

export interface Route extends Omit<Definition<ZodObject, ZodObject, ZodType, unknown>, "handler"> {
  answer(call: Call): Promise<Reply | Streamed>;
}

export function route<
  Params extends ZodObject,
  Query extends ZodObject,
  Body extends ZodType,
  Element,
>(definition: Definition<Params, Query, Body, Element>): Route {
  const { params, query, body, rawMegabytes, handler, ...rest } = definition;

  async function answer({
    ctx,
    admit,
    request,
    response,
    pathParameters,
  }: Call): Promise<Reply | Streamed> {
    const caller = await admit(request, rest.access);
    const path = params ? parsePathParameters(params, pathParameters) : ({} as z.output<Params>);
    const asked = parseQuery(query, request.url ?? "/") as z.output<Query>;
    const raw = rawMegabytes ? await readBytes(request, rawMegabytes) : Buffer.alloc(0);
    if (!body && !rawMegabytes) await readNothing(request);
    const handle = async ({ sent, body: parsed, list }: ReadLongList<z.output<Body>, Element>) =>
      handler(ctx, {
        params: path,
        query: asked,
        body: parsed,
        caller,
        again: () => admit(request, rest.access),
        request,
        raw,
        sent,
        list,
        gone: () => untilGone(response),
      });
    return withBody(request, body, ctx.config, handle);
  }

  return {
    ...rest,
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    ...(rawMegabytes ? { rawMegabytes } : {}),
    answer,
  };
}

async function withBody<Body extends ZodType, Element, Result>(
  request: IncomingMessage,
  rule: BodyRule<Body, Element> | undefined,
  config: Pick<Config, "dataDir" | "mostFiles">,
  use: (read: ReadLongList<z.output<Body>, Element>) => Promise<Result>,
): Promise<Result> {
  if (!rule) return use({ sent: undefined, body: undefined as z.output<Body>, list: undefined });
  const { schema, limitMegabytes: megabytes = 1, mostValues, list, text = "refuse" } = rule;
  checkContentType(request);
  if (!list) {
    const sent = await readJson(request, { megabytes, mostValues }, text);
    return use({ sent, body: parse(schema, sent), list: undefined });
  }
  const listed = { schema, megabytes, list, text };
  if (rule.isOnDisk) return withLongList(request, listed, config, use);
  const place = largeBodies.place();
  try {
    return await use({ list: undefined, ...(await readListed(request, listed, place)) });
  } finally {
    place.release();
  }
}

const nothing = z.strictObject({});

/** A call that takes no body may still send `{}`; anything more is a mistake of its sender. */
async function readNothing(request: IncomingMessage): Promise<undefined> {
  const { "content-length": length = "0", "transfer-encoding": encoding } = request.headers;
  if (request.method !== "POST" || (length === "0" && encoding === undefined)) return;
  parse(nothing, await readJson(request, { megabytes: 1 }, "refuse"));
}

/** Without a reason of ours, each abort creates an exception with a stack, at every response. */
const isGone = new Error("The caller has closed the connection.");

/** A response closes when it is sent, and when its caller closes the connection before that. */
export function untilGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort(isGone);
  response.once("close", () => gone.abort(isGone));
  return gone.signal;
}
