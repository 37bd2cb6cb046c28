// Reads a web server's index page of a folder. Servers have only the links in common, so only those
// are read.
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RequestError } from "../../errors.ts";
import { decoders } from "../../inputs/content-encoding.ts";
import { locationOf } from "../../inputs/location.ts";
import type { Entry } from "../../inputs/walk.ts";
import { assertAllowed } from "../../outside/address.ts";
import type { HttpClient, HttpReply } from "../../outside/http-client.ts";
import { readLinks } from "./page-links.ts";

export interface Page {
  /** its address after redirects */
  url: URL;
  status: number;
  type: string;
  text: string;
}

const largestPage = 64 * 1024 * 1024;
const mostRedirects = 5;

/** Follows redirects itself, so that each new address is checked like the first. */
export async function readPage(
  address: string,
  client: HttpClient,
  inputHosts: readonly string[],
  signal: AbortSignal,
): Promise<Page> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    assertAllowed(url, inputHosts);
    const answer = await client.get(url, { signal, headers: { accept: "text/html" } });
    const next = answer.headers.location;
    if (answer.status >= 300 && answer.status < 400 && typeof next === "string") {
      answer.body.destroy();
      url = new URL(locationOf(next), url);
      continue;
    }
    return {
      url,
      status: answer.status,
      type: String(answer.headers["content-type"] ?? ""),
      text: textOf(await bytesOf(answer, url), String(answer.headers["content-type"] ?? "")),
    };
  }
  throw new RequestError(
    400,
    "bad_name",
    `${address} was redirected more than ${mostRedirects} times.`,
  );
}

export function isPage(page: Page): boolean {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(page.type);
}

/**
 * The page's links that lead one level down, by name: files, and folders if the link ends with a
 * slash. Links for sorting and to the parent folder are left out.
 */
export function linksOf(page: Page): Map<string, Entry[]> {
  const { pathname } = page.url;
  const folder = pathname.slice(0, pathname.lastIndexOf("/") + 1);
  const known = new Set<string>();
  const entries = new Map<string, Entry[]>();
  for (const target of targetsOf(page)) {
    if (
      target.origin !== page.url.origin ||
      target.search !== "" ||
      !target.pathname.startsWith(folder) ||
      known.has(target.pathname)
    )
      continue;
    const [, encoded, slash] = /^([^/]+)(\/?)$/.exec(target.pathname.slice(folder.length)) ?? [];
    const name = encoded && decoded(encoded);
    if (!name) continue;
    known.add(target.pathname);
    const entry = { name, location: target.origin + target.pathname, folder: slash === "/" };
    const same = entries.get(name);
    if (same) same.push(entry);
    else entries.set(name, [entry]);
  }
  return entries;
}

/**
 * Longer addresses lead nowhere that a server of files knows. With a base of half the page, each
 * link of the other half took as long as the whole page: 400 kB took 15 s.
 */
const longestLink = 4_096;

/** Where the page's links lead, relative to its `<base>` if it has one. */
function* targetsOf({ text, url }: Page): Generator<URL> {
  const { base, links } = readLinks(text);
  const from = base !== undefined && URL.canParse(base, url.href) ? new URL(base, url) : url;
  for (const href of links)
    if (href.length <= longestLink && URL.canParse(href, from.href)) yield new URL(href, from);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not UTF-8: the server's spelling is kept.
    return segment;
  }
}

async function bytesOf({ body, headers }: HttpReply, url: URL): Promise<Buffer> {
  const plain = new PassThrough();
  const [bytes] = await Promise.all([
    bounded(plain, url),
    pipeline([body, ...decoders(headers["content-encoding"]), plain]),
  ]);
  return bytes;
}

async function bounded(body: AsyncIterable<Buffer>, url: URL): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > largestPage)
      throw new RequestError(
        400,
        "bad_name",
        `The page ${url.href} is larger than ${largestPage} bytes.`,
      );
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** In the character set of its byte order mark, or that the server or the page itself names. */
function textOf(bytes: Buffer, type: string): string {
  const head = bytes.subarray(0, 2048).toString("latin1");
  const named =
    markOf(bytes) ??
    /charset\s*=\s*"?([\w-]+)/i.exec(type)?.[1] ??
    /<meta[^<>]+charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
  try {
    const decoder = new TextDecoder(named ?? "utf-8");
    return decoder.encoding === "windows-1252" ? windows1252(bytes) : decoder.decode(bytes);
  } catch {
    // an unknown character set
    return bytes.toString("utf8");
  }
}

function markOf([first, second, third]: Buffer): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xef && second === 0xbb && third === 0xbf ? "utf-8" : undefined;
}

/** Node's own decoder takes it for Latin-1, and so misses 27 letters and signs. */
function windows1252(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (letter) => signs[letter.charCodeAt(0) - 0x80] ?? letter);
}

/** 0x80 to 0x9f, by https://encoding.spec.whatwg.org/#index-windows-1252 */
const signs = [
  ..."\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f",
  ..."\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178",
];
