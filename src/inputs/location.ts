/**
 * A Location header that is written in UTF-8: HTTP headers reach us as Latin-1, a character a byte.
 */
export function locationOf(header: string): string {
  const utf8 = Buffer.from(header, "latin1").toString("utf8");
  return utf8.includes("\ufffd") ? header : utf8;
}
