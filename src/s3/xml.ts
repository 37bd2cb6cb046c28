import { XMLParser } from "fast-xml-parser";
import { S3Error } from "./s3-error.ts";

/** An element's content: text, elements, or a list, which repeats the element. */
export type Xml = string | number | boolean | undefined | { [element: string]: Xml | Xml[] };

const namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
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

function referenced(_: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return characters[name.toLowerCase()] ?? "";
  return String.fromCodePoint(decimal === undefined ? Number(`0x${hex}`) : Number(decimal));
}

export function document(root: string, content: Xml): string {
  const attributes = root === "Error" ? "" : namespace;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content, attributes)}`;
}

function element(name: string, content: Xml | Xml[], attributes = ""): string {
  if (content === undefined) return "";
  if (Array.isArray(content))
    return content.map((item) => element(name, item, attributes)).join("");
  if (typeof content !== "object")
    return `<${name}${attributes}>${escaped(String(content))}</${name}>`;
  const children = Object.entries(content).map(([child, inner]) => element(child, inner));
  return `<${name}${attributes}>${children.join("")}</${name}>`;
}

/** XML 1.0 has no control characters, but S3 writes them as references, and SDKs read them. */
function escaped(text: string): string {
  return text.replace(/[&<>"'\p{Cc}]/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/** The root's child elements; those with the same name as a list. */
export function readDocument(text: string, root: string): Record<string, unknown> {
  const content = parse(text)?.[root];
  if (typeof content !== "object" || content === null) throw new S3Error("MalformedXML");
  return content as Record<string, unknown>;
}

/** No document type: S3 has no use for it, and entities could expand without limit. */
function parse(text: string): Record<string, unknown> | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return undefined;
  try {
    return parser.parse(text, true) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** One element or several with the same name, as a list of their children. */
export function listOf(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(
    (item): item is Record<string, unknown> => typeof item === "object" && item !== null,
  );
}
