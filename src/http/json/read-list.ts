// Bodies with a list that may be long: it is parsed piece by piece while it arrives, and other
// calls go on between the pieces.

import type { IncomingMessage } from "node:http";
import { type ZodType, z } from "zod";
import { RequestError } from "../../errors.ts";
import { incomplete, tooLarge } from "../../json/refusals.ts";
import { JsonScan } from "../../json/scan.ts";
import { withList } from "../../json/with-list.ts";
import { detachedBody } from "../../storage/detached-body.ts";
import { timeSlice } from "../../time-slice.ts";
import { badInput, parse } from "../parse.ts";
import { fieldErrors } from "../sentences.ts";
import { checkText, pointerTo, sanitizeText, type TextRule } from "../text.ts";
import type { BodyPlace } from "./large-bodies.ts";
import { announcedBytes, decodeUtf8 } from "./read-bytes.ts";
import { defaultMostValues, jsonOf } from "./read-json.ts";

export interface ListRule {
  /** the keys that lead to the list; empty: the body itself is the list */
  path: readonly string[];
  element: ZodType;
  /** most elements */
  most: number;
  /** most keys and values of an element; default: 1,000 */
  mostElementValues?: number;
  /** of an element, and of everything outside the list; default: 1 */
  elementMegabytes?: number;
}

export interface ListedBody<Schema extends ZodType> {
  schema: Schema;
  megabytes: number;
  list: ListRule;
  text: TextRule;
}

export interface ReadBody<Body> {
  /** the body as it was sent, before defaults */
  sent: unknown;
  body: Body;
}

const megabyte = 1024 * 1024;
/** Shorter bodies are parsed at once. */
const cutFromBytes = 64 * 1024;

export async function readListed<Schema extends ZodType>(
  request: IncomingMessage,
  rule: ListedBody<Schema>,
  place: BodyPlace,
): Promise<ReadBody<z.output<Schema>>> {
  const { schema, megabytes } = rule;
  if (announcedBytes(request) > megabytes * megabyte) throw tooLarge(megabytes);
  const list = new Elements(rule);
  const scan = new JsonScan(scanRules(rule.list), (piece) => list.waiting.push(piece));
  const announced = announcedBytes(request);
  const most = announced || megabytes * megabyte;
  await place.take(announced, most);
  const source = detachedBody(request);
  const stop = place.onOverdue((error) => source.destroy(error));
  const first: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > megabytes * megabyte) throw tooLarge(megabytes);
      first.push(chunk);
      if (size <= cutFromBytes) continue;
      await place.take(size, most);
      for (const bytes of first.splice(0)) scan.feed(bytes);
      await list.parseWaiting();
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ECONNRESET" ? incomplete() : error;
  } finally {
    stop();
    source.destroy();
  }
  if (size <= cutFromBytes) {
    const sent = jsonOf(Buffer.concat(first), rule.text);
    return { sent, body: parse(schema, sent) };
  }
  return list.complete(jsonOf(scan.end(), rule.text));
}

function scanRules({ path, mostElementValues = 1_000, elementMegabytes = 1 }: ListRule) {
  return {
    mostValues: defaultMostValues,
    list: { path, mostElementValues, mostBytes: elementMegabytes * megabyte },
  };
}

class Elements<Schema extends ZodType> {
  /** pieces that are not parsed yet */
  readonly waiting: Buffer[] = [];
  readonly #rule: ListedBody<Schema>;
  readonly #schema: ZodType<unknown[]>;
  readonly #sent: unknown[] = [];
  readonly #parsed: unknown[] = [];
  readonly #pause = timeSlice();
  #firstPiece: unknown[] | undefined;
  #pieces = 0;
  #isBlank = false;

  constructor(rule: ListedBody<Schema>) {
    this.#rule = rule;
    this.#schema = z.array(rule.list.element);
  }

  async parseWaiting(): Promise<void> {
    for (const piece of this.waiting.splice(0)) {
      this.#parse(piece);
      await this.#pause();
    }
  }

  /** Puts the elements into what is outside the list, where the list is empty. */
  complete(outside: unknown): ReadBody<z.output<Schema>> {
    const { schema, list } = this.#rule;
    if (!this.#firstPiece) return { sent: outside, body: parse(schema, outside) };
    if (this.#isBlank && this.#pieces > 1) throw badElement(list, "an element is missing");
    // With the first piece the schema sees whether the list may be empty.
    const body = parse(schema, withList(outside, list.path, this.#firstPiece));
    return {
      sent: withList(outside, list.path, this.#sent),
      body: withList(body, list.path, this.#parsed) as z.output<Schema>,
    };
  }

  #parse(bytes: Buffer): void {
    const { list, text } = this.#rule;
    const json = decodeUtf8(bytes);
    if (json.trim() === "") this.#isBlank = true;
    const offset = this.#sent.length;
    const at = ([index = "", ...rest]: readonly string[]) => [
      ...list.path,
      String(Number(index) + offset),
      ...rest,
    ];
    const sent = parsePiece(json, list) as unknown[];
    if (text === "mend") sanitizeText(sent, json, { isShallow: true, at });
    else checkText(sent, json, { isShallow: true, at });
    if (offset + sent.length > list.most) throw tooMany(list);
    const parsed = this.#schema.safeParse(sent, { reportInput: true });
    if (!parsed.success)
      throw badInput(
        fieldErrors(this.#schema, parsed.error.issues, (path) => at(path.map(String))),
      );
    this.#firstPiece ??= sent;
    this.#pieces++;
    for (const element of sent) this.#sent.push(element);
    for (const element of parsed.data) this.#parsed.push(element);
  }
}

function parsePiece(json: string, list: ListRule): unknown {
  try {
    return JSON.parse(`[${json}]`);
  } catch {
    // The whole text of a piece is not shown: its positions are not those of the body.
    throw badElement(list, "an element is not valid JSON");
  }
}

function badElement({ path }: ListRule, what: string): RequestError {
  const where = path.length === 0 ? "its list" : JSON.stringify(path.join("."));
  return new RequestError(400, "bad_json", `The body is not valid JSON: in ${where}, ${what}.`);
}

function tooMany({ path, most }: ListRule): RequestError {
  const name = path.length === 0 ? "The body" : JSON.stringify(path.join("."));
  return badInput([
    { pointer: pointerTo(path), detail: `${name} must have at most ${most} items.` },
  ]);
}
