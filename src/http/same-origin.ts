// A web page in a browser on the user's machine must not call the service in that user's name:
// neither across origins (Origin, Sec-Fetch-Site) nor, while identity is off and every caller is
// allowed, under a host name that was made to resolve to this machine (Host).
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { RequestError } from "../errors.ts";

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
const changesNothing = ["GET", "HEAD", "OPTIONS"];

export interface OriginRules {
  /** the addresses that this service is known by */
  ownUrls: () => readonly string[];
  /** identity is off: reading is refused across origins as well */
  checkHost: boolean;
  /** a page: a link of another site may open it in a window, which that site cannot read */
  opensFromLinks?: boolean;
  /** Whether it lives is asked at an address, as Kubernetes does: no name leads a page there. */
  answersAtAddresses?: boolean;
  /** a page of another site may make this call (cross-origin.ts) */
  takesOthers?: boolean;
}

/** Throws 403 for a foreign Host or Origin. */
export function requireSameOrigin(
  { headers, method = "GET" }: Pick<IncomingMessage, "headers" | "method">,
  {
    ownUrls,
    checkHost,
    opensFromLinks = false,
    answersAtAddresses = false,
    takesOthers = false,
  }: OriginRules,
): void {
  const { host = "", origin } = headers;
  if (
    checkHost &&
    !loopback.test(host) &&
    !isOwnHost(host, ownUrls()) &&
    !(answersAtAddresses && isAddress(host))
  )
    throw new RequestError(
      403,
      "foreign_host",
      `The host ${shown(host)} is not one of this service's. Use 127.0.0.1 or localhost, or ` +
        "set PUBLIC_URL.",
    );
  // With identity on, a page of another origin cannot read an answer; it must not change anything
  // either.
  if (!checkHost && (takesOthers || changesNothing.includes(method))) return;
  const ownOrigin =
    origin === undefined ||
    (checkHost && origin === `http://${host}`) ||
    ownUrls().some((url) => new URL(url).origin === origin);
  if (!ownOrigin)
    throw new RequestError(
      403,
      "foreign_origin",
      `A page of ${shown(origin ?? "")} may not call this service.`,
    );
  // To a browser every port of 127.0.0.1 is the same site, and another user may serve pages there.
  if (opensFromLinks && isNavigation(method, headers)) return;
  const foreignSites = checkHost ? ["cross-site", "same-site"] : ["cross-site"];
  if (foreignSites.includes(String(headers["sec-fetch-site"])))
    throw new RequestError(
      403,
      "foreign_origin",
      "A page of another site may not call this service.",
    );
}

/** Not of a frame: `frame-ancestors` forbids those, but they need not even be answered. */
function isNavigation(method: string, headers: IncomingMessage["headers"]): boolean {
  const { "sec-fetch-mode": mode, "sec-fetch-dest": destination } = headers;
  return changesNothing.includes(method) && mode === "navigate" && destination === "document";
}

function isOwnHost(host: string, ownUrls: readonly string[]): boolean {
  return ownUrls.some((url) => new URL(url).host === host.toLowerCase());
}

function isAddress(host: string): boolean {
  const url = `http://${host}`;
  return URL.canParse(url) && isIP(new URL(url).hostname.replace(/^\[|\]$/g, "")) > 0;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
