// Reads a web server's list of a folder. Servers differ in everything but their links, so only the links are read.
import { type Agent, request } from "undici";
import { RequestError } from "../../errors.ts";
import { assertAllowed } from "../../outside/address.ts";
import type { Entry } from "./walk.ts";

export interface Page {
  /** where it was found in the end, after redirects */
  url: URL;
  status: number;
  type: string;
  text: string;
}

const largestPage = 64 * 1024 * 1024;
const mostRedirects = 5;

/** Follows redirects itself: each new address is checked like the first. */
export async function readPage(
  address: string,
  agent: Agent,
  inputHosts: readonly string[],
  signal: AbortSignal,
): Promise<Page> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    assertAllowed(url, inputHosts);
    const answer = await request(url, {
      dispatcher: agent,
      signal,
      headers: { accept: "text/html" },
    });
    const next = answer.headers.location;
    if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof next === "string") {
      await answer.body.dump();
      url = new URL(next, url);
      continue;
    }
    return {
      url,
      status: answer.statusCode,
      type: String(answer.headers["content-type"] ?? ""),
      text: await bounded(answer.body, url),
    };
  }
  throw new RequestError(
    400,
    "bad_name",
    `${address} leads from one address to the next, more than ${mostRedirects} times.`,
  );
}

export function isPage(page: Page): boolean {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(page.type);
}

/** The page's links that lead one step down: files, and folders where the link ends with a slash. Sorting links and the way up are none. */
export function linksOf(page: Page): Entry[] {
  const folder = page.url.pathname.replace(/[^/]*$/, "");
  const entries = new Map<string, Entry>();
  for (const [, double, single, plain] of page.text.matchAll(
    /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi,
  )) {
    const target = resolveLink(double ?? single ?? plain ?? "", page.url);
    if (
      target?.origin !== page.url.origin ||
      target.search !== "" ||
      !target.pathname.startsWith(folder)
    )
      continue;
    const [, encoded, slash] = /^([^/]+)(\/?)$/.exec(target.pathname.slice(folder.length)) ?? [];
    const name = encoded && decoded(encoded);
    if (name)
      entries.set(target.pathname, {
        name,
        location: target.origin + target.pathname,
        folder: slash === "/",
      });
  }
  return [...entries.values()];
}

function resolveLink(href: string, from: URL): URL | undefined {
  const text = href
    .replace(/&amp;/g, "&")
    .replace(/&#x?([\da-f]+);/gi, (all, digits: string) => character(all, digits));
  return URL.canParse(text, from.href) ? new URL(text, from) : undefined;
}

function character(entity: string, digits: string): string {
  const code = Number.parseInt(digits, /^&#x/i.test(entity) ? 16 : 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // not UTF-8: the server's own spelling is all there is
    return segment;
  }
}

async function bounded(body: AsyncIterable<Buffer>, url: URL): Promise<string> {
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
  return Buffer.concat(parts).toString("utf8");
}
