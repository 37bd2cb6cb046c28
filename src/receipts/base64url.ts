/** Undefined unless the text is base64url in its one canonical form. */
export function base64urlBytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
