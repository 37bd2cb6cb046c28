// Bodies with a list that may be long. The list is parsed piece by piece while it arrives, so that
// other calls are served between the pieces.

import type { IncomingMessage } from "node:http";
import { type ZodType, z } from "zod";
import { RequestError } from "../../errors.ts";
import type { ListFile, LongList } from "../../json/list-file.ts";
import { incomplete, tooLarge, tooManyFiles } from "../../json/refusals.ts";
import { JsonScan } from "../../json/scan.ts";
import { withList } from "../../json/with-list.ts";
import { detachedBody } from "../../storage/detached-body.ts";
import { timeSlice } from "../../time-slice.ts";
import { badInput, parse } from "../parse.ts";
import { fieldErrors } from "../sentences.ts";
import { checkText, pointerTo, sanitizeText, type TextRule } from "../text.ts";
import type { BodyPlace } from "./large-bodies.ts";
import { announcedBytes, decodeUtf8, readBytes } from "./read-bytes.ts";
import { defaultMostValues, jsonOf } from "./read-json.ts";

export interface ListRule<Element = unknown> {
  /** the keys that lead to the list; empty: the body itself is the list */
  path: readonly string[];
  element: ZodType<Element>;
  /** most elements */
  most: number;
  /** its elements are files of one request: one too many is 413 */
  isOfFiles?: boolean;
  /** most keys and values of an element; default: 1,000 */
  mostElementValues?: number;
  /** of an element, and of everything outside the list; default: 1 */
  elementMegabytes?: number;
}

export interface ListedBody<Schema extends ZodType, Element = unknown> {
  schema: Schema;
  megabytes: number;
  list: ListRule<Element>;
  text: TextRule;
}

export interface ReadBody<Body, Element = unknown> {
  /** the body as it was sent, before defaults; a list on disk is in it as it was parsed */
  sent: unknown;
  /** if the list is on disk, with its first elements only */
  body: Body;
  /** the list, if it is on disk */
  list?: LongList<Element>;
}

const megabyte = 1024 * 1024;
/** Shorter bodies are parsed at once. */
const cutFromBytes = 64 * 1024;

/** `openFile`: creates the file for a long list; default: the list stays in memory. */
export async function readListed<Schema extends ZodType, Element>(
  request: IncomingMessage,
  rule: ListedBody<Schema, Element>,
  place: BodyPlace,
  openFile?: () => Promise<ListFile<Element>>,
): Promise<ReadBody<z.output<Schema>, Element>> {
  const { megabytes } = rule;
  const announced = announcedBytes(request);
  if (announced > megabytes * megabyte) throw tooLarge(megabytes);
  if (announced > 0 && announced <= cutFromBytes)
    return readWhole(await readBytes(request, megabytes), rule);
  return readInPieces(request, rule, place, openFile);
}

async function readInPieces<Schema extends ZodType, Element>(
  request: IncomingMessage,
  rule: ListedBody<Schema, Element>,
  place: BodyPlace,
  openFile: (() => Promise<ListFile<Element>>) | undefined,
): Promise<ReadBody<z.output<Schema>, Element>> {
  const { megabytes } = rule;
  const announced = announcedBytes(request);
  const list = new Elements(rule, openFile);
  const scan = new JsonScan(scanRules(rule.list), (piece) => list.waiting.push(piece));
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
  if (size <= cutFromBytes) return readWhole(Buffer.concat(first), rule);
  return list.complete(jsonOf(scan.end(), rule.text));
}

function readWhole<Schema extends ZodType>(
  bytes: Buffer,
  { schema, text, list }: Pick<ListedBody<Schema>, "schema" | "text" | "list">,
): ReadBody<z.output<Schema>, never> {
  const sent = jsonOf(bytes, text);
  const listed = valueAt(sent, list.path);
  if (list.isOfFiles && Array.isArray(listed) && listed.length > list.most) throw tooMany(list);
  return { sent, body: parse(schema, sent) };
}

function scanRules({ path, mostElementValues = 1_000, elementMegabytes = 1 }: ListRule) {
  return {
    mostValues: defaultMostValues,
    list: { path, mostElementValues, mostBytes: elementMegabytes * megabyte },
  };
}

class Elements<Schema extends ZodType, Element> {
  /** pieces that are not parsed yet */
  readonly waiting: Buffer[] = [];
  readonly #rule: ListedBody<Schema, Element>;
  readonly #schema: ZodType<Element[]>;
  readonly #openFile: (() => Promise<ListFile<Element>>) | undefined;
  readonly #sent: unknown[] = [];
  readonly #parsed: Element[] = [];
  readonly #pause = timeSlice();
  #file: ListFile<Element> | undefined;
  #firstPiece: unknown[] | undefined;
  #length = 0;
  #pieces = 0;
  #isBlank = false;

  constructor(
    rule: ListedBody<Schema, Element>,
    openFile: (() => Promise<ListFile<Element>>) | undefined,
  ) {
    this.#rule = rule;
    this.#schema = z.array(rule.list.element);
    this.#openFile = openFile;
  }

  async parseWaiting(): Promise<void> {
    for (const piece of this.waiting.splice(0)) {
      await this.#keep(...this.#parse(piece));
      await this.#pause();
    }
  }

  /** Puts the elements into the rest of the body, in which the list is empty. */
  complete(outside: unknown): ReadBody<z.output<Schema>, Element> {
    const { schema, list } = this.#rule;
    if (!this.#firstPiece) return { sent: outside, body: parse(schema, outside) };
    if (this.#isBlank && this.#pieces > 1) throw badElement(list, "an element is missing");
    // With the first piece the schema sees whether the list may be empty.
    const body = parse(schema, withList(outside, list.path, this.#firstPiece));
    if (this.#file)
      return { sent: withList(outside, list.path, this.#file), body, list: this.#file };
    return {
      sent: withList(outside, list.path, this.#sent),
      body: withList(body, list.path, this.#parsed) as z.output<Schema>,
    };
  }

  /** Returns the elements of a piece, as they were sent and as they were parsed. */
  #parse(bytes: Buffer): [sent: unknown[], parsed: Element[]] {
    const { list, text } = this.#rule;
    const json = decodeUtf8(bytes);
    if (json.trim() === "") this.#isBlank = true;
    const offset = this.#length;
    const at = ([index = "", ...rest]: readonly string[]) => [
      ...list.path,
      String(Number(index) + offset),
      ...rest,
    ];
    const sent = parsePiece(json, list) as unknown[];
    if (text === "replace") sanitizeText(sent, json, { isShallow: true, at });
    else checkText(sent, json, { isShallow: true, at });
    if (offset + sent.length > list.most) throw tooMany(list);
    const parsed = this.#schema.safeParse(sent, { reportInput: true });
    if (!parsed.success)
      throw badInput(
        fieldErrors(this.#schema, parsed.error.issues, (path) => at(path.map(String))),
      );
    this.#firstPiece ??= sent;
    this.#pieces++;
    this.#length += sent.length;
    return [sent, parsed.data];
  }

  async #keep(sent: unknown[], parsed: Element[]): Promise<void> {
    if (this.#openFile) {
      this.#file ??= await this.#openFile();
      await this.#file.add(parsed);
      return;
    }
    for (const element of sent) this.#sent.push(element);
    for (const element of parsed) this.#parsed.push(element);
  }
}

function parsePiece(json: string, list: ListRule): unknown {
  try {
    return JSON.parse(`[${json}]`);
  } catch {
    // The parser's own message is not shown: its positions are those of the piece.
    throw badElement(list, "an element is not valid JSON");
  }
}

function badElement({ path }: ListRule, what: string): RequestError {
  const where = path.length === 0 ? "its list" : JSON.stringify(path.join("."));
  return new RequestError(400, "bad_json", `The body is not valid JSON: in ${where}, ${what}.`);
}

/** A list of files as long as a facility allows: MOST_FILES, where it is set. */
export function filesAtMost<Element>(
  list: ListRule<Element>,
  mostFiles = list.most,
): ListRule<Element> {
  return list.isOfFiles ? { ...list, most: Math.min(list.most, mostFiles) } : list;
}

export function valueAt(body: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);
}

function tooMany({ path, most, isOfFiles }: ListRule): RequestError {
  const name = path.length === 0 ? "The body" : JSON.stringify(path.join("."));
  if (isOfFiles) return tooManyFiles(name, most);
  return badInput([
    { pointer: pointerTo(path), detail: `${name} must have at most ${most} items.` },
  ]);
}
