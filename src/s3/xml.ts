import { parseXML } from "@aws-sdk/xml-builder";
import { S3Error } from "./s3-error.ts";

/** An element's content: text, elements, or a list, which repeats the element. */
export type Xml = string | number | boolean | undefined | { [element: string]: Xml | Xml[] };

const namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function document(root: string, content: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content, root === "Error" ? "" : namespace)}`;
}

function element(name: string, content: Xml | Xml[], attributes = ""): string {
  if (content === undefined) return "";
  if (Array.isArray(content)) return content.map((one) => element(name, one, attributes)).join("");
  if (typeof content !== "object")
    return `<${name}${attributes}>${escaped(String(content))}</${name}>`;
  const children = Object.entries(content).map(([child, inner]) => element(child, inner));
  return `<${name}${attributes}>${children.join("")}</${name}>`;
}

/** Control characters are in no XML 1.0; S3 writes them as references all the same. */
function escaped(text: string): string {
  return text.replace(/[&<>"'\p{Cc}]/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/** The child elements of the root; repeated ones as a list. */
export function readDocument(text: string, root: string): Record<string, unknown> {
  const parsed = parsedOrUndefined(text)?.[root];
  if (typeof parsed !== "object" || parsed === null) throw new S3Error("MalformedXML");
  return parsed as Record<string, unknown>;
}

function parsedOrUndefined(text: string): Record<string, unknown> | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return undefined;
  try {
    return parseXML(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** One element or several of the same name, as a list of their children. */
export function listOf(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(
    (one): one is Record<string, unknown> => typeof one === "object" && one !== null,
  );
}
