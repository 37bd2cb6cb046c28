import { timeSlice } from "../time-slice.ts";

/** An element's content: text, elements, or a list, which repeats the element. */
export type Xml = string | number | boolean | undefined | { [element: string]: Xml | Xml[] };

const namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Other calls go on while a long list is written: a thousand keys may all need escapes. */
export async function document(root: string, content: Xml): Promise<string> {
  const pause = timeSlice();
  const written: string[] = ['<?xml version="1.0" encoding="UTF-8"?>\n'];
  for (const part of element(root, content, root === "Error" ? "" : namespace)) {
    written.push(part);
    await pause();
  }
  return written.join("");
}

function* element(name: string, content: Xml | Xml[], attributes = ""): Generator<string> {
  if (content === undefined) return;
  if (Array.isArray(content)) {
    for (const item of content) yield* element(name, item, attributes);
  } else if (typeof content !== "object") {
    yield `<${name}${attributes}>${escaped(String(content))}</${name}>`;
  } else {
    yield `<${name}${attributes}>`;
    for (const [child, inner] of Object.entries(content)) yield* element(child, inner);
    yield `</${name}>`;
  }
}

/** XML 1.0 has no control characters, but S3 writes them as references, and SDKs read them. */
function escaped(text: string): string {
  return text.replace(/[&<>"'\p{Cc}]/gu, (character) => `&#${character.charCodeAt(0)};`);
}
