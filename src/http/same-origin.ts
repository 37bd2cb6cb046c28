// With identity off, whoever reaches the service may use it. A web page open in a browser on the same machine must not:
// neither by a name that resolves to this machine (Host), nor by a call across origins (Origin, Sec-Fetch-Site).
import type { IncomingMessage } from "node:http";
import { RequestError } from "../errors.ts";

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** Throws when the call comes from elsewhere; `ownUrls` are the addresses this service is known by. */
export function requireSameOrigin(
  headers: IncomingMessage["headers"],
  ownUrls: () => readonly string[],
): void {
  const { host = "", origin } = headers;
  if (!loopback.test(host) && !ownUrls().some((url) => new URL(url).host === host.toLowerCase())) {
    throw new RequestError(
      403,
      "foreign_host",
      `The host ${shown(host)} is not one of this service's. Use 127.0.0.1 or localhost, or set PUBLIC_URL.`,
    );
  }
  if (
    origin !== undefined &&
    origin !== `http://${host}` &&
    !ownUrls().some((url) => new URL(url).origin === origin)
  ) {
    throw new RequestError(
      403,
      "foreign_origin",
      `A page of ${shown(origin)} may not call this service.`,
    );
  }
  if (headers["sec-fetch-site"] === "cross-site") {
    throw new RequestError(
      403,
      "foreign_origin",
      "A page of another site may not call this service.",
    );
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
