// Tokens that people hold of the ServiceX that was imported. They are good at /token/refresh alone,
// where the facility has given the key that ServiceX signed them with.
import { createSecretKey } from "node:crypto";
import { z } from "zod";

/** In place of one of our keys, in rows of tokens that were imported. */
export const importedKeyId = "servicex";

/** ServiceX's tokens have some hundreds. */
const mostCharacters = 4_096;

const claimsOf = z.object({
  type: z.literal("refresh"),
  jti: z.uuid(),
  exp: z.number().optional(),
});
export type ImportedClaims = z.output<typeof claimsOf>;

/** Ours name their key, and ServiceX's name none. */
export function mayBeImported(text: string): boolean {
  const header = partOf(text, 0);
  return header !== undefined && header.kid === undefined;
}

/** What a token says, unverified: of an import, which reads it from the database of its maker. */
export function unverifiedClaims(text: string): ImportedClaims | undefined {
  if (text.length > mostCharacters || partOf(text, 0)?.alg !== "HS256") return undefined;
  return claimsOf.safeParse(partOf(text, 1)).data;
}

/** Undefined for a token that this key did not sign by HS256, has ended, or is no refresh token. */
export async function importedClaims(
  key: string,
  text: string,
): Promise<ImportedClaims | undefined> {
  if (text.length > mostCharacters) return undefined;
  const { default: jwt } = await import("jsonwebtoken");
  try {
    const secret = createSecretKey(Buffer.from(key));
    const payload = jwt.verify(text, secret, { algorithms: ["HS256"], clockTolerance: 5 });
    return claimsOf.safeParse(payload).data;
  } catch (error) {
    if (error instanceof jwt.JsonWebTokenError) return undefined;
    throw error;
  }
}

function partOf(text: string, place: number): Record<string, unknown> | undefined {
  try {
    const part: unknown = JSON.parse(
      Buffer.from(text.split(".")[place] ?? "", "base64url").toString(),
    );
    return z.record(z.string(), z.unknown()).safeParse(part).data;
  } catch {
    return undefined;
  }
}
