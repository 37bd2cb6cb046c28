/** A Location header that is written in UTF-8: Node decodes HTTP headers as Latin-1. */
export function locationOf(header: string): string {
  const utf8 = Buffer.from(header, "latin1").toString("utf8");
  return utf8.includes("\ufffd") ? header : utf8;
}
