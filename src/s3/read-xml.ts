import { XMLParser } from "fast-xml-parser";
import { timeSlice } from "../time-slice.ts";
import { cutsOf } from "./cut-xml.ts";
import { S3Error } from "./s3-error.ts";

export type Child = Record<string, unknown>;

export interface XmlRule {
  root: string;
  /** the element of the list */
  list: string;
  /** most elements of the list */
  most: number;
}

export interface ListDocument {
  items: Child[];
  /** the root's other children, by name */
  others: Map<string, unknown>;
}

const mostOthers = 10;
const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const reference = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi;
const ignore = () => undefined;

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // An object's name may look like a number, and may begin or end with spaces.
  parseTagValue: false,
  trimValues: false,
  // The default decoder drops references to control characters: another object would be deleted.
  entityDecoder: {
    decode: (text) => text.replace(reference, referenced),
    setExternalEntities: ignore,
    addInputEntities: ignore,
    reset: ignore,
    setXmlVersion: ignore,
  },
});

/** Reads a document whose root has a list. Other calls go on while a long one is read. */
export async function readDocument(text: string, rule: XmlRule): Promise<ListDocument> {
  const { root, list, most } = rule;
  const pause = timeSlice();
  const cuts: number[] = [];
  for (const cut of cutsOf(text, most + mostOthers)) {
    cuts.push(cut);
    await pause();
  }
  const read: ListDocument = { items: [], others: new Map() };
  for (const piece of piecesOf(text, root, cuts)) {
    for (const [name, value] of Object.entries(childrenOf(piece, root))) {
      if (name === list) read.items.push(...listOf(value));
      else if (name !== "#text") read.others.set(name, value);
    }
    await pause();
  }
  if (read.items.length > most || read.items.length + read.others.size === 0)
    throw new S3Error("MalformedXML");
  return read;
}

/** Each piece with a root of its own. */
function* piecesOf(text: string, root: string, cuts: number[]): Generator<string> {
  let from = 0;
  for (const cut of [...cuts, text.length]) {
    const begin = from === 0 ? "" : `<${root}>`;
    const end = cut === text.length ? "" : `</${root}>`;
    yield begin + text.slice(from, cut) + end;
    from = cut;
  }
}

function childrenOf(piece: string, root: string): Child {
  const content = parse(piece)[root];
  // Space between the last child and the end of the root.
  if (typeof content === "string" && content.trim() === "") return {};
  if (typeof content !== "object" || content === null) throw new S3Error("MalformedXML");
  return content as Child;
}

function parse(piece: string): Child {
  try {
    return parser.parse(piece, true) as Child;
  } catch {
    throw new S3Error("MalformedXML");
  }
}

function referenced(_: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return characters[name.toLowerCase()] ?? "";
  return String.fromCodePoint(decimal === undefined ? Number(`0x${hex}`) : Number(decimal));
}

/** One element or several with the same name, as a list of their children. */
function listOf(value: unknown): Child[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is Child => typeof item === "object" && item !== null);
}
