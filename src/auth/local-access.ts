// With identity off, the service is for the user who started it: a caller is local when its socket
// belongs to that user, or when it has the token.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type CookieKind, cookiesOf } from "./cookies.ts";
import { type IsOwnSocket, makeIsOwnSocket } from "./socket-owner.ts";

export interface LocalAccess {
  readonly token: string;
  isToken(text: string): boolean;
  isLocal(request: Pick<IncomingMessage, "headers" | "socket">): boolean | Promise<boolean>;
  /** for a browser that has shown the token */
  cookieFor(socket: Pick<Socket, "localPort">): CookieKind & { value: string };
}

/** `urls`: whether people reach the service by https. */
export function makeLocalAccess(
  urls: { public(): string },
  isOwnSocket: IsOwnSocket = makeIsOwnSocket(),
): LocalAccess {
  const token = randomBytes(32).toString("base64url");
  // A browser sends its cookies to every port of a host: the cookie does not show the token.
  const cookie = createHmac("sha256", token).update("cookie").digest("base64url");
  /** Whose socket it is does not change while the connection lasts. */
  const sockets = new WeakMap<Socket, boolean | Promise<boolean>>();

  function isOwn(socket: Socket): boolean | Promise<boolean> {
    const known = sockets.get(socket);
    if (known !== undefined) return known;
    const found = isOwnSocket(socket).then((own) => {
      sockets.set(socket, own);
      return own;
    });
    sockets.set(socket, found);
    return found;
  }

  const kindFor = ({ localPort }: Pick<Socket, "localPort">): CookieKind => {
    const isSecure = urls.public().startsWith("https:");
    return { name: `${isSecure ? "__Host-" : ""}longshore-${localPort}`, isSecure };
  };

  return {
    token,
    isToken: (text) => same(text, token),
    isLocal: ({ headers, socket }) =>
      cookiesOf(headers.cookie, kindFor(socket).name).some((value) => same(value, cookie)) ||
      isOwn(socket),
    cookieFor: (socket) => ({ ...kindFor(socket), value: cookie }),
  };
}

/** In the same time for every text. */
function same(text: string, secret: string): boolean {
  return timingSafeEqual(hashOf(text), hashOf(secret));
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
