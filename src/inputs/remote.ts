import type { Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { diskProblem } from "../disk-problem.ts";
import { RequestError } from "../errors.ts";
import { assertAllowed, barredCode } from "../outside/address.ts";
import { allowedClient, type HttpClient, trustedClient } from "../outside/http-client.ts";
import { inWords } from "../system-problem.ts";
import { decoders, isBadEncoding } from "./content-encoding.ts";
import { InputError, nameOf, schemeOf } from "./input-error.ts";
import { locationOf } from "./location.ts";

export interface RemoteBounds {
  /** hosts that may be read (INPUT_HOSTS) */
  hosts: readonly string[];
  /** a variable that names a proxy: it is not used, and what cannot be reached may be behind it */
  unusedProxy?: string | undefined;
  megabytes: number;
  /** gets the bytes that are written */
  hash?: Hash | undefined;
  signal: AbortSignal;
}

/** What of an input is downloaded. */
export const mostInputMegabytes = 8192;

const mostRedirects = 3;
const mostClients = 50;
const trusted = trustedClient();
const clients = new Map<string, HttpClient>();

/** Downloads a URL from a user: host and address are checked at every redirect. */
export async function downloadAllowed(
  location: string,
  to: string,
  bounds: RemoteBounds,
): Promise<number> {
  let url = urlOf(location);
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    assertListed(url, bounds.hosts);
    const next = await download(url, nameOf(location), to, bounds, clientFor(bounds.hosts));
    if (!next) return (await stat(to)).size;
    url = next;
  }
  throw new InputError(
    "unavailable",
    `${nameOf(location)} was redirected more than ${mostRedirects} times.`,
  );
}

/** Downloads a URL that the service itself gave to this task. */
export async function downloadTrusted(
  location: string,
  to: string,
  bounds: RemoteBounds,
): Promise<number> {
  const next = await download(new URL(location), nameOf(location), to, bounds, trusted);
  if (next)
    throw new InputError(
      "unavailable",
      `${nameOf(location)} was redirected, which never happens with a signed URL.`,
    );
  return (await stat(to)).size;
}

function urlOf(location: string): URL {
  if (!URL.canParse(location))
    throw new InputError("bad_input", `${nameOf(location)} is not a URL.`);
  const url = new URL(location);
  if (schemeOf(location) !== "s3") return url;
  // A public object of a bucket. Private ones need a signed https URL.
  const https = new URL(`https://${url.host}.s3.amazonaws.com`);
  https.pathname = url.pathname;
  return https;
}

/** Throws `InputError` for an address that no download will be tried from. */
export function assertDownloadable(location: string, hosts: readonly string[]): void {
  assertListed(urlOf(location), hosts);
}

function assertListed(url: URL, hosts: readonly string[]): void {
  try {
    assertAllowed(url, hosts);
  } catch (error) {
    throw error instanceof RequestError ? forbidden(error) : error;
  }
}

/** Another worker may have other rules for hosts; what is barred to a person is so everywhere. */
function forbidden({ message, code }: RequestError): InputError {
  return new InputError("forbidden", message, { here: code !== barredCode });
}

/** One for each list, since it keeps connections to the addresses that it has checked. */
function clientFor(hosts: readonly string[]): HttpClient {
  const key = hosts.join(" ");
  const client = clients.get(key) ?? allowedClient(hosts);
  clients.delete(key);
  clients.set(key, client);
  // It ends by itself, when what it reads is read: each group of people may have a list of its own
  if (clients.size > mostClients) clients.delete(clients.keys().next().value ?? "");
  return client;
}

/** Writes the body to a file, or returns the address of a redirect. */
async function download(
  url: URL,
  name: string,
  to: string,
  bounds: RemoteBounds,
  client: HttpClient,
): Promise<URL | undefined> {
  const { signal, megabytes } = bounds;
  try {
    const { status, headers, body } = await client.get(url, { signal });
    if (status === 200 && Number(headers["content-length"] ?? 0) <= megabytes * 1024 * 1024) {
      if (isPage(headers["content-type"]) && !/\.x?html?$/i.test(url.pathname))
        throw aPage(url, name, body);
      const steps = [
        ...decoders(headers["content-encoding"]),
        atMost(megabytes, name, bounds.hash),
      ];
      await pipeline([body, ...steps, createWriteStream(to)], { signal });
      return undefined;
    }
    body.destroy();
    if (status === 200) throw tooLarge(name, megabytes);
    if (isRedirect(status) && typeof headers.location === "string")
      return redirected(url, locationOf(headers.location));
    throw errorOfStatus(status, name);
  } catch (error) {
    throw toInputError(error, name, bounds.unusedProxy);
  }
}

/** A password goes to no other host. */
function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  if (to.origin === from.origin && !to.username && !to.password)
    [to.username, to.password] = [from.username, from.password];
  return to;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function errorOfStatus(status: number, name: string): InputError {
  if (status === 404 || status === 410)
    return new InputError("not_found", `${name} does not exist (HTTP ${status}).`);
  if (status === 401 || status === 403)
    return new InputError("forbidden", `${name} may not be read (HTTP ${status}).`);
  const message = `${name} was answered with HTTP ${status}.`;
  // Trying again would get the same answer.
  const lasting = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  return new InputError(lasting ? "bad_input" : "unavailable", message);
}

function isPage(type: string | string[] | undefined): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(String(type ?? ""));
}

/** Usually a login form, or a server's page for something that does not exist. */
function aPage(url: URL, name: string, body: IncomingMessage): InputError {
  body.destroy();
  return new InputError(
    "bad_input",
    `${name} is a web page (text/html), not data; it came from ${url.origin}${url.pathname}.`,
  );
}

function toInputError(error: unknown, name: string, unusedProxy?: string): unknown {
  if (error instanceof InputError) return error;
  if (error instanceof RequestError) return forbidden(error);
  // Of the disk that it is written to
  if (!(error instanceof Error) || diskProblem(error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const hint = unusedProxy
    ? ` Inputs are read without a proxy; the one that ${unusedProxy} names was not asked.`
    : "";
  if (isBadEncoding(error))
    return new InputError(
      "bad_input",
      `${name} is not encoded as its server says: ${error.message}.`,
    );
  if (code === "ENOTFOUND")
    return new InputError("not_found", `${name} names a host that does not exist.${hint}`);
  return new InputError("unavailable", `${name} could not be read: ${inWords(error)}.${hint}`);
}

function tooLarge(name: string, megabytes: number): InputError {
  return new InputError(
    "too_large",
    `${name} is larger than ${megabytes} MB, the most that is read over the network.`,
  );
}

/** Passes bytes on and adds them to the hash; fails with `InputError` if there are more. */
export function atMost(megabytes: number, name: string, hash?: Hash): Transform {
  let left = megabytes * 1024 * 1024;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      left -= chunk.length;
      hash?.update(chunk);
      done(left < 0 ? tooLarge(name, megabytes) : null, chunk);
    },
  });
}
