/** What `readServiceUrl` accepts, as errors say it. */
export const allowedServiceUrl = "an http:// or https:// URL without a query, a user or a password";

/**
 * The service's address for our clients, which send a token and no user. Returned without a slash
 * at the end, so that paths can be appended; undefined if it is not allowed.
 */
export function readServiceUrl(text: string): string | undefined {
  // An empty query or fragment is none to `URL`, which keeps its sign in `href`.
  if (!URL.canParse(text) || /[?#]/.test(text)) return undefined;
  const { protocol, username, password, href } = new URL(text);
  if (!["http:", "https:"].includes(protocol)) return undefined;
  return username + password === "" ? withoutLastSlash(href) : undefined;
}

export function withoutLastSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, "");
}
