import type { ClientAuth } from "openid-client";

/**
 * HTTP Basic as Globus reads it: the id and the secret as they are. RFC 6749 wants them encoded
 * first, `-` as `%2D` too, and Globus does not decode them.
 */
export function plainBasic(id: string, secret: string): ClientAuth {
  const value = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  return (_server, _client, _body, headers) => headers.set("authorization", value);
}
