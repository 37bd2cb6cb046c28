/** Parses a message from any publisher: JSON, or the reason why it cannot be read. */
export function parseBody(content: Buffer): { body: unknown } | { unreadable: string } {
  try {
    return { body: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)) };
  } catch (error) {
    return { unreadable: `It is not JSON in UTF-8: ${(error as Error).message}` };
  }
}
